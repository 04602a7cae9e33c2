//! Insights and definitions of words of distress that a reader typed in place of Scripture.

use ProviderFormat::{Anthropic, OpenAi};
use rstest::rstest;
use serde_json::{Value, json};
use verse_tests::ProviderFormat;

use super::{KINDS, Site};

/// Contract: distress: "an insight or a definition of typed words of distress is the same sentences, unsaved; Scripture is none"
#[rstest]
#[tokio::test]
async fn typed_distress_gets_fixed_sentences_and_scripture_does_not(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    for kind in KINDS {
        let site = Site::start(kind, format).await;
        for save in [true, false] {
            let request = site.generate("I want to kill myself", save);
            let answer = request.await.expect_status(200).json();
            let saved = (&answer["id"], &answer["cached"]);
            assert_eq!(saved, (&Value::Null, &json!(false)));
            let [care, action, verse] = kind.texts.map(|text| answer[text].as_str().unwrap());
            assert!(
                care.starts_with("It is good that you wrote this."),
                "{care}"
            );
            assert!(action.contains("crisis line"), "{action}");
            assert!(
                verse.contains("[Psalms 34:18]") && verse.contains("(King James"),
                "{verse}"
            );
        }
        let counts = (site.provider.request_count(), site.usage().await);
        assert_eq!((counts, site.stored().await), ((0, 0), 0));

        let jonah = "Therefore now, O LORD, take, I beseech thee, my life from me; for it is better for me to die than to live.";
        let answer = site.generate(jonah, true).await.expect_status(200).json();
        assert_eq!(answer["source"], "scripted-1", "{answer}");
        assert_eq!(site.usage().await, 1);
    }
}
