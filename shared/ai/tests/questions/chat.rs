//! Messages of conversations.

use futures_util::StreamExt;
use tokio::time::Instant;
use verse_ai::{ChatRequest, Library, Model, ReplyEvent, Role, Turn};

use crate::case::{Tally, Verdict, read};

/// The least number of right replies, of all.
const RIGHT: u32 = 84;

#[tokio::test]
async fn replies_contain_what_they_must() {
    let mut tally = Tally::default();
    for case in read(include_str!("chat.txt")) {
        let mut request = ChatRequest {
            passage_reference: case.passage,
            passage_text: case.text,
            ..ChatRequest::default()
        };
        for question in case.questions {
            let message = question.message.clone();
            request.turns.push(Turn::new(Role::User, &*message));
            let reply = reply(request.clone()).await;
            let verdict = question.judge(&reply);
            tally.add(&question.kind, verdict);
            println!("=== {verdict:?} [{}] {message}\n\n{reply}\n", question.kind);
            request.turns.push(Turn::new(Role::Assistant, reply));
        }
    }
    println!("{tally}");
    assert!(tally.count(Verdict::Right) >= RIGHT, "{tally}");
}

pub async fn reply(request: ChatRequest) -> String {
    let mut stream = Library::default().chat(request, Instant::now());
    let mut text = String::new();
    while let Some(event) = stream.next().await {
        if let ReplyEvent::Token(token) = event.expect("the library does not fail") {
            text.push_str(&token);
        }
    }
    text
}
