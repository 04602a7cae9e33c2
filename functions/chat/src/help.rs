//! The fixed reply to a message in distress.

use tokio::task::spawn_blocking;
use verse_ai::distress::{HelpTexts, Message, translation_of};
use verse_data::{Database, LatestReplies, MessageTarget, TokenHash, get_latest_replies};

use crate::send_message::NewMessage;

/// The reply to a message in distress, with a verse in the reader's translation; `None` for any other message. No round
/// trip; one for a message that shows distress or may continue a talk about it.
///
/// If the database does not answer, the message is judged by itself.
pub(crate) async fn find_help(
    database: &Database,
    token: TokenHash,
    new: &NewMessage<'_>,
) -> Option<HelpTexts> {
    let message = Message::read(new.text.as_str());
    if !message.needs_replies() {
        return None;
    }
    let latest = get_latest_replies(database, token, new.target).await;
    let LatestReplies {
        passage_reference,
        replies,
    } = latest.unwrap_or_else(|error| {
        tracing::error!(cause = %error, "the latest replies could not be read");
        LatestReplies::default()
    });
    let sent = match new.target {
        MessageTarget::NewChat {
            passage_reference, ..
        } => passage_reference.map(str::to_owned),
        MessageTarget::Chat(_) | MessageTarget::Insight(_) => new.context.passage_reference.clone(),
    };
    let reference = sent.or(passage_reference);
    // The first quotation of a process reads the laments of all translations.
    let finding = spawn_blocking(move || {
        let help = message.help(&replies)?;
        Some(help.texts(reference.as_deref().and_then(translation_of)))
    });
    finding.await.ok().flatten()
}
