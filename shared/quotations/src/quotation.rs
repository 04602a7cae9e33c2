//! Writes a quotation as it leaves: with its words, its marks and the reference beside it mended.

use verse_scripture::{Reference, ReferenceError, TranslationCode, locate_references};

use crate::checker::Checker;
use crate::citation::{Citation, before_quotation};
use crate::insertion::link;
use crate::judge::{Claim, Finding, Verdict, judge};
use crate::notes::notes;

/// A quotation and what stands beside it.
pub(crate) struct Quotation<'t> {
    pub marks: (&'t str, &'t str),
    pub inner: &'t str,
    pub before: &'t str,
    /// A reference in the text before.
    pub lead: Option<Citation>,
    /// A reference in the text before that has left already.
    pub sent: Option<Citation>,
    pub after: &'t str,
    /// A reference in the text after.
    pub following: Option<Citation>,
}

impl<'t> Quotation<'t> {
    pub fn new(
        marks: (&'t str, &'t str),
        inner: &'t str,
        (before, lead): (&'t str, Option<Citation>),
        after: &'t str,
    ) -> Self {
        Self {
            marks,
            inner,
            before,
            lead,
            sent: None,
            after,
            following: None,
        }
    }
}

impl Checker {
    fn claim(&self, quotation: &Quotation<'_>) -> Claim {
        let reader = self.options.translation;
        let Quotation {
            following,
            lead,
            sent,
            ..
        } = quotation;
        let beside = [following, lead, sent].into_iter().flatten().next();
        let named = beside.map(|citation| citation.references.clone());
        let mut context: Vec<Reference> = Vec::new();
        for located in locate_references(&self.recent, Some(reader))
            .into_iter()
            .rev()
        {
            context.extend(located.outcome.unwrap_or_default());
        }
        context.extend(&self.options.context);
        let sentence = format!("{}{}", self.recent, quotation.before);
        Claim {
            is_scripture: beside.is_some() || claims_scripture(&sentence),
            named: named.unwrap_or_default(),
            context,
            translation: beside.and_then(|citation| citation.label.as_ref()?.1),
        }
    }

    /// The reference of `John 3:16 says,` that has left before the quotation came.
    pub(crate) fn sent_lead(&self) -> Option<Citation> {
        before_quotation(&self.recent, self.options.translation)
    }

    /// Judges a quotation, and writes it with its marks and what stands beside it. `Err`: without its marks.
    pub(crate) fn write(&mut self, quotation: &Quotation<'_>) -> Result<String, String> {
        let claim = self.claim(quotation);
        let (reader, given) = (self.options.translation, &self.options.given);
        let Quotation {
            inner,
            before,
            after,
            ..
        } = quotation;
        let (open, close) = quotation.marks;
        match judge(inner, &claim, reader, given) {
            Verdict::Other => {
                let (before, after) = (self.check_references(before), self.check_references(after));
                Ok(format!("{before}{open}{inner}{close}{after}"))
            }
            Verdict::Invented => {
                self.counts.checked += 1;
                self.counts.removed += 1;
                let (before, mut after) =
                    (self.check_references(before), self.check_references(after));
                let notes = notes(reader);
                let is_real = quotation
                    .following
                    .as_ref()
                    .is_some_and(|citation| !citation.references.is_empty());
                let place = after.find(char::is_alphanumeric).filter(|_| is_real);
                let is_sentence = |place| {
                    after
                        .get(place..)
                        .is_some_and(|after| after.starts_with("is "))
                };
                if let Some(place) = place.filter(|place| !is_sentence(*place)) {
                    after.insert_str(place, &format!("{} ", notes.compare));
                }
                Err(format!(
                    "{before}{} {}{after}",
                    inner.trim(),
                    notes.not_scripture
                ))
            }
            Verdict::Scripture(finding) => {
                self.counts.checked += 1;
                Ok(self.write_scripture(quotation, &finding))
            }
        }
    }

    /// Writes words of Scripture with their place.
    fn write_scripture(&mut self, quotation: &Quotation<'_>, finding: &Finding) -> String {
        let reader = self.options.translation;
        let Quotation {
            inner,
            before,
            after,
            lead,
            following,
            sent,
            ..
        } = quotation;
        let mut is_corrected = finding.text.is_some();
        let text = finding
            .text
            .as_ref()
            .map_or_else(|| (*inner).to_owned(), |text| ended_as(text, inner));
        let code = (finding.translation != reader).then_some(finding.translation);
        let code = code.map(|code| format!(" ({code})")).unwrap_or_default();
        let place = link(&finding.reference, finding.translation, reader);
        let (before, after) = match (following, lead) {
            (Some(citation), _) => {
                let after = fix(after, citation, finding, reader, &mut is_corrected);
                (self.check_references(before), after)
            }
            (None, Some(citation)) => {
                let label = citation.label.as_ref();
                let is_labelled = label.is_some_and(|(_, code)| *code == Some(finding.translation));
                let named = Finding {
                    translation: reader,
                    ..finding.clone()
                };
                if is_labelled {
                    (
                        fix(before, citation, finding, reader, &mut is_corrected),
                        String::new(),
                    )
                } else {
                    (
                        fix(before, citation, &named, reader, &mut is_corrected),
                        code,
                    )
                }
            }
            (None, None) if sent.is_some() && !finding.is_as_named => {
                is_corrected = true;
                (
                    (*before).to_owned(),
                    format!(" ({} {place})", notes(reader).this_is),
                )
            }
            (None, None) if sent.is_some() || finding.is_of_context => {
                let label = sent.as_ref().and_then(|sent| sent.label.as_ref());
                let is_labelled = label.is_some_and(|(_, code)| *code == Some(finding.translation));
                let code = if is_labelled { String::new() } else { code };
                ((*before).to_owned(), code)
            }
            (None, None) => {
                is_corrected = true;
                ((*before).to_owned(), format!(" ({place})"))
            }
        };
        self.counts.corrected += u32::from(is_corrected);
        let (open, close) = quotation.marks;
        format!("{before}{open}{text}{close}{after}")
    }

    /// A text in which references that do not exist are left out.
    pub(crate) fn check_references(&mut self, text: &str) -> String {
        if !text.contains(|c: char| c.is_numeric()) {
            return text.to_owned();
        }
        let from = self
            .recent
            .char_indices()
            .rev()
            .nth(40)
            .map_or(0, |(at, _)| at);
        let context = self.recent.get(from..).unwrap_or_default();
        let whole = format!("{context}{text}");
        let mut sent = String::with_capacity(text.len());
        let mut at = context.len();
        let located = locate_references(&whole, Some(self.options.translation));
        for (index, reference) in located.iter().enumerate() {
            if reference.place.end <= at {
                continue;
            }
            match &reference.outcome {
                Ok(found) => {
                    self.counts.checked += 1;
                    let exceeds = located
                        .get(index + 1)
                        .is_some_and(|next| next.place == reference.place);
                    if exceeds && reference.place.start >= at {
                        self.counts.corrected += 1;
                        sent.push_str(whole.get(at..reference.place.start).unwrap_or_default());
                        let names: Vec<String> = found.iter().map(Reference::to_string).collect();
                        sent.push_str(&names.join("; "));
                        at = reference.place.end;
                    }
                }
                Err(ReferenceError::UnknownBook { name, .. }) if is_of_another_kind(name) => {}
                Err(
                    ReferenceError::UnknownBook { .. }
                    | ReferenceError::NoSuchChapter { .. }
                    | ReferenceError::NoSuchVerse { .. },
                ) => {
                    self.counts.checked += 1;
                    self.counts.removed += 1;
                    let start = reference.place.start.max(at);
                    sent.push_str(whole.get(at..start).unwrap_or_default());
                    sent.push_str(notes(self.options.translation).no_such_reference);
                    at = reference.place.end;
                }
                Err(_) => {}
            }
        }
        sent.push_str(whole.get(at..).unwrap_or_default());
        sent
    }
}

/// Whether a name before two numbers is that of no book: `Section 4:5`, `Surah 2:255`.
fn is_of_another_kind(name: &str) -> bool {
    const NAMES: [&str; 34] = [
        "section",
        "figure",
        "table",
        "part",
        "article",
        "page",
        "line",
        "version",
        "surah",
        "sura",
        "quran",
        "qur’an",
        "koran",
        "book",
        "volume",
        "lesson",
        "unit",
        "act",
        "scene",
        "canto",
        "sonnet",
        "hymn",
        "psalmody",
        "title",
        "code",
        "canon",
        "sección",
        "figura",
        "tabla",
        "artículo",
        "parte",
        "página",
        "enoch",
        "didache",
    ];
    NAMES.contains(&name.to_lowercase().as_str())
}

/// A text with the mark at its end that a quotation had.
fn ended_as(text: &str, quoted: &str) -> String {
    const MARKS: [char; 6] = ['.', ',', ';', '!', '?', ':'];
    let end = quoted.trim_end().chars().next_back();
    let end = end.filter(|end| MARKS.contains(end) && !text.ends_with(MARKS));
    text.chars().chain(end).collect()
}

/// A citation with the place of a finding and the code of its translation.
fn fix(
    text: &str,
    citation: &Citation,
    finding: &Finding,
    reader: TranslationCode,
    is_corrected: &mut bool,
) -> String {
    let reference = if finding.is_as_named {
        text.get(citation.place.clone())
            .unwrap_or_default()
            .to_owned()
    } else {
        *is_corrected = true;
        finding.reference.to_string()
    };
    let label = citation.label.as_ref();
    let is_labelled = label.is_some_and(|(_, code)| *code == Some(finding.translation));
    let is_other = finding.translation != reader;
    let before = text.get(..citation.place.start).unwrap_or_default();
    let middle = |to: usize| text.get(citation.place.end..to).unwrap_or_default();
    let rest = |from: usize| text.get(from..).unwrap_or_default();
    match label {
        Some((place, _)) if is_labelled => format!(
            "{before}{reference}{}{}",
            middle(place.end),
            rest(place.end)
        ),
        Some((place, _)) => {
            *is_corrected = true;
            format!(
                "{before}{reference}{}{}{}",
                middle(place.start),
                finding.translation,
                rest(place.end)
            )
        }
        None => {
            let code = if is_other {
                format!(", {}", finding.translation)
            } else {
                String::new()
            };
            // A link to another place is left out.
            let tail = rest(citation.place.end);
            let (before, tail) = match tail.strip_prefix("](") {
                Some(target) if !finding.is_as_named => {
                    let after = target
                        .find(')')
                        .and_then(|close| target.get(close + 1..))
                        .unwrap_or_default();
                    (before.strip_suffix('[').unwrap_or(before), after)
                }
                _ => (before, tail),
            };
            if let Some(end) = tail.strip_prefix("](").and_then(|target| target.find(')')) {
                let (link, after) = tail.split_at_checked(end + 3).unwrap_or((tail, ""));
                return format!("{before}{reference}{link}{code}{after}");
            }
            format!("{before}{reference}{code}{tail}")
        }
    }
}

/// Whether the sentence before a quotation says that it is of Scripture.
fn claims_scripture(before: &str) -> bool {
    const SPEAKERS: [&str; 34] = [
        "bible",
        "scripture",
        "scriptures",
        "verse",
        "verses",
        "god",
        "lord",
        "jesus",
        "christ",
        "paul",
        "psalmist",
        "prophet",
        "isaiah",
        "jeremiah",
        "moses",
        "david",
        "solomon",
        "apostle",
        "gospel",
        "biblia",
        "escritura",
        "escrituras",
        "versículo",
        "dios",
        "señor",
        "jesús",
        "pablo",
        "salmista",
        "profeta",
        "cristo",
        "proverb",
        "psalm",
        "passage",
        "text",
    ];
    const VERBS: [&str; 34] = [
        "says",
        "said",
        "say",
        "saying",
        "writes",
        "wrote",
        "written",
        "reads",
        "read",
        "tells",
        "declares",
        "declared",
        "promises",
        "promised",
        "teaches",
        "taught",
        "answered",
        "replied",
        "commands",
        "commanded",
        "quotes",
        "states",
        "dice",
        "dijo",
        "escribe",
        "escribió",
        "escrito",
        "promete",
        "declara",
        "enseña",
        "puts",
        "proclaims",
        "warns",
        "respondió",
    ];
    let sentence = before
        .rsplit(['.', '!', '?', '\n'])
        .next()
        .unwrap_or_default();
    let from = sentence
        .char_indices()
        .rev()
        .nth(100)
        .map_or(0, |(at, _)| at);
    let sentence = sentence.get(from..).unwrap_or_default().to_lowercase();
    let has = |list: &[&str]| {
        sentence
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| list.contains(&word))
    };
    has(&SPEAKERS) && has(&VERBS)
        || sentence.contains("it is written")
        || sentence.contains("está escrito")
}
