//! Streams: how long a token is on its way from the model to the reader, and what many streams at once do to reads.

use std::time::{Duration, Instant};

use serde_json::json;
use verse_tests::{
    Client, Database, Event, Function, FunctionBuilder, ProviderFormat, Script, ScriptedProvider,
    Stream, TestUser,
};

use crate::{Effort, Result, samples::Samples};

/// So many streams at once.
pub const STREAMS: usize = 200;
/// How often the model says something in each of them, and how far apart.
const TOKENS: usize = 150;
const APART: Duration = Duration::from_millis(100);
/// How long the model thinks before its first token, where that is measured.
const THINKING: Duration = Duration::from_millis(20);
/// A stream's whole life.
const DEADLINE: Duration = Duration::from_mins(2);
const ROUTE: &str = "/api/standalone-chat";

/// What was measured.
#[derive(Debug)]
pub struct Streams {
    /// From the provider's first token to the client's.
    pub first_token: Samples,
    /// Reads: their line, how long they take without streams, and with them.
    pub reads: Vec<(String, Samples, Samples)>,
    /// Streams that were still open when the last read had been answered.
    pub open: usize,
    /// Streams that ended with `done`.
    pub done: usize,
}

pub async fn measure(database: &Database, effort: Effort) -> Result<Streams> {
    let provider = ScriptedProvider::start().await;
    let chat = builder("chat", database)
        .with_provider(&provider, ProviderFormat::Anthropic)
        .env("DAILY_LIMIT", "1000000")
        .env("CHAT_PER_MINUTE", "1000000")
        .env("ADDRESS_PER_MINUTE", "1000000")
        .processes(STREAMS)
        .deadline(DEADLINE)
        .try_start()
        .await?;
    let reader = TestUser::create(database).await;
    let first_token = first_tokens(&provider, &reader.client(&chat), effort).await?;

    let bible = builder("bible", database).try_start().await?;
    let user = builder("user", database).try_start().await?;
    let reads = [
        (
            Client::new(&bible),
            Event::get("/api/passage?book=John&chapter=3&verse_start=16"),
        ),
        (reader.client(&user), Event::get("/api/user/session")),
    ];
    let before = all_reads(&reads, effort).await?;
    provider
        .always(Script::tokens((0..TOKENS).map(|n| format!("word {n} "))).token_interval(APART));
    let streams = open(&chat).await?;
    let during = all_reads(&reads, effort).await?;
    let open = streams
        .iter()
        .filter(|stream| !stream.is_finished())
        .count();
    let mut done = 0;
    for stream in streams {
        done += usize::from(stream.await?);
    }
    let reads = reads.iter().zip(before).zip(during);
    Ok(Streams {
        first_token,
        reads: reads
            .map(|(((_, event), before), during)| (event.line(), before, during))
            .collect(),
        open,
        done,
    })
}

fn builder(function: &str, database: &Database) -> FunctionBuilder {
    Function::builder(function)
        .env("DATABASE_URL", database.url())
        .env("VERSE_ENV", "development")
        .silent()
}

/// One stream after the other: how long each first token was on its way.
async fn first_tokens(
    provider: &ScriptedProvider,
    client: &Client,
    effort: Effort,
) -> Result<Samples> {
    let mut samples = Samples::default();
    provider.always(Script::tokens(["In the beginning."]).delay(THINKING));
    for _ in 0..effort.requests.div_ceil(10) {
        let said = provider.token_times().len();
        let mut stream = say(client).await?;
        while stream.next_event().await.ok_or("no token came")?.event != "token" {}
        let came = Instant::now();
        let left = provider.token_times().get(said).copied();
        samples.add(came.saturating_duration_since(left.ok_or("no token left")?));
        let _ = stream.events().await;
    }
    Ok(samples)
}

/// Opens all of them, waits until each has had its first token, and reads on; each task tells whether it ended well.
async fn open(chat: &Function) -> Result<Vec<tokio::task::JoinHandle<bool>>> {
    let opening: Vec<_> = (0..STREAMS)
        .map(|_| {
            let client = Client::new(chat);
            tokio::spawn(async move {
                let mut stream = say(&client).await.map_err(|error| error.to_string())?;
                while stream
                    .next_event()
                    .await
                    .ok_or("a stream ended early")?
                    .event
                    != "token"
                {}
                Ok::<_, String>(stream)
            })
        })
        .collect();
    let mut streams = Vec::new();
    for stream in opening {
        let mut stream = stream.await??;
        streams.push(tokio::spawn(async move {
            let events = stream.events().await;
            events.last().is_some_and(|event| event.event == "done")
        }));
    }
    Ok(streams)
}

async fn say(client: &Client) -> Result<Stream> {
    let request = client
        .post(ROUTE)
        .json(&json!({"message": "Who is my neighbour?"}));
    Ok(request.try_stream().await?)
}

/// Each of the reads, in turns.
async fn all_reads(reads: &[(Client, Event)], effort: Effort) -> Result<Vec<Samples>> {
    let mut samples = vec![Samples::default(); reads.len()];
    for _ in 0..effort.requests.div_ceil(2) {
        for ((client, event), samples) in reads.iter().zip(&mut samples) {
            let response = client.request(event.clone()).try_send().await?;
            samples.add(response.duration);
        }
    }
    Ok(samples)
}
