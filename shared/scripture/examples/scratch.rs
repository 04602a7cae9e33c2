use verse_scripture::word::*;
use verse_scripture::works::*;
use verse_scripture::*;
fn main() {
    for (r, t) in [
        ("Psalms 23", TranslationCode::Web),
        ("John 3", TranslationCode::Web),
        ("Genesis 1", TranslationCode::Ylt),
    ] {
        let p = parse_references(r).unwrap()[0].first();
        for v in get_chapter(t, p.book, p.chapter)
            .unwrap()
            .verses()
            .into_iter()
            .take(8)
        {
            let mut s = String::new();
            for w in v.text.split_whitespace() {
                let f = find_word(w, &v.text, &format!("{r}:{} ({t})", v.number));
                match f.behind {
                    Behind::Lemmas(l) => s.push_str(&format!(
                        " {}[{}]",
                        f.word,
                        l.iter()
                            .map(|l| format!(
                                "{}={}{}",
                                l.number,
                                l.kjv_words,
                                match l.through {
                                    Through::Place => "",
                                    Through::SameWord => "~",
                                    Through::Rendering => "≈",
                                }
                            ))
                            .collect::<Vec<_>>()
                            .join("|")
                    )),
                    Behind::SmallWord => {}
                    _ => s.push_str(&format!(" {}[?]", f.word)),
                }
            }
            println!("{}:{}{s}", p.chapter, v.number);
        }
    }
    for (w, t, r) in [
        ("loved", "For God so loved the world", "John 3 (WEB)"),
        (
            "mercy",
            "Surely goodness and mercy shall follow me",
            "Psalms 23:6 (KJV)",
        ),
        (
            "firmament",
            "Let there be a firmament in the midst of the waters",
            "Genesis 1:6 (KJV)",
        ),
        (
            "repent",
            "Repent ye: for the kingdom of heaven is at hand",
            "Matthew 3:2 (KJV)",
        ),
    ] {
        let s = study_word(w, t, r);
        println!(
            "{w}: term {:?} topic {:?}",
            s.term,
            s.topic.map(|t| (
                t.name,
                t.entries
                    .into_iter()
                    .map(|e| (e.label, e.references.len(), e.see))
                    .collect::<Vec<_>>()
            ))
        );
        for l in s.lemmas {
            println!(
                "  {:?}\n  rel {:?}\n  {} {}",
                l.entry,
                l.related
                    .iter()
                    .map(|e| (e.number.to_string(), e.lemma.clone()))
                    .collect::<Vec<_>>(),
                l.times,
                l.verses
            );
            for e in l.examples {
                println!("   {} {} {:?}", e.verse, e.text, e.words);
            }
        }
    }
    for r in ["John 3:16", "Psalms 23:1-6", "Obadiah 1:1", "Genesis 1:6"] {
        let p = parse_references(r).unwrap()[0];
        println!("== {r}");
        for m in topics::list_mentions(&p).into_iter().take(12) {
            println!("  {} | {} | {}", m.topic, m.label, m.reference);
        }
        for c in cross_references::list_cross_references(&p)
            .into_iter()
            .take(6)
        {
            print!(" {}({})", c.verse, c.shared);
        }
        println!();
    }
    for q in [
        "What does it mean to be born again?",
        "Who was Nicodemus?",
        "How should I pray?",
        "Why does God allow suffering?",
        "forgiveness of sins",
        "What is the firmament?",
    ] {
        println!("?? {q}");
        for f in search::search_commentary(q, 3) {
            println!(
                "  {} {:.2} {} {}",
                f.section.reference(),
                f.score,
                f.words,
                f.section.title.unwrap_or_default()
            );
        }
        for f in search::search_topics(q, 3) {
            println!("  T {} {:.2} {}", f.name, f.score, f.words);
        }
    }
}
