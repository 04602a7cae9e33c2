//! Streams: the time of a token from the provider to the client, and the effect of many streams on other requests.

use std::time::{Duration, Instant};

use serde_json::json;
use verse_tests::{
    Client, Database, Event, Function, FunctionBuilder, ProviderFormat, Script, ScriptedProvider,
    Stream, TestUser, paths,
};

use crate::{Effort, Result, samples::Samples};

/// The number of streams at once.
pub const STREAMS: usize = 200;
/// The tokens of each stream, and the time between two.
const TOKENS: usize = 150;
const INTERVAL: Duration = Duration::from_millis(100);
/// The delay of a measured first token.
const DELAY: Duration = Duration::from_millis(20);
/// The time limit of a stream.
const DEADLINE: Duration = Duration::from_mins(2);

/// What was measured.
#[derive(Debug)]
pub struct Streams {
    /// The time from the provider to the client.
    pub first_token: Samples,
    /// For each read: its request line, its times without streams, and with streams.
    pub reads: Vec<(String, Samples, Samples)>,
    /// Streams that were still open after the last read.
    pub open: usize,
    /// Streams that ended with `done`.
    pub done: usize,
}

pub async fn measure(database: &Database, effort: Effort) -> Result<Streams> {
    let provider = ScriptedProvider::start().await;
    let chat = builder("chat", database)
        .with_provider(&provider, ProviderFormat::Anthropic)
        .envs(
            [
                "DAILY_LIMIT",
                "CHAT_PER_MINUTE",
                "ADDRESS_PER_MINUTE",
                "STORE_PER_MINUTE",
            ]
            .map(|limit| (limit, "1000000")),
        )
        .processes(STREAMS)
        .deadline(DEADLINE)
        .try_start()
        .await?;
    let test_user = TestUser::create(database).await;
    let first_token = first_tokens(&provider, &test_user.client(&chat), effort).await?;

    let bible = builder("bible", database).try_start().await?;
    let user = builder("user", database).try_start().await?;
    let reads = [
        (
            Client::new(&bible),
            Event::get("/api/passage?book=John&chapter=3&verse_start=16"),
        ),
        (test_user.client(&user), Event::get(paths::SESSION)),
    ];
    let before = all_reads(&reads, effort).await?;
    provider
        .always(Script::tokens((0..TOKENS).map(|n| format!("word {n} "))).token_interval(INTERVAL));
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
    Function::with_database(function, database)
        .env("VERSE_ENV", "development")
        .silent()
}

/// The time of each first token, one stream after another.
async fn first_tokens(
    provider: &ScriptedProvider,
    client: &Client,
    effort: Effort,
) -> Result<Samples> {
    let mut samples = Samples::default();
    provider.always(Script::tokens(["In the beginning."]).delay(DELAY));
    for _ in 0..effort.requests.div_ceil(10) {
        let sent = provider.token_times().len();
        let mut stream = start(client).await?;
        first_token(&mut stream).await?;
        let received = Instant::now();
        let sent = provider.token_times().get(sent).copied();
        samples.add(received.saturating_duration_since(sent.ok_or("no token sent")?));
        let _ = stream.events().await;
    }
    Ok(samples)
}

/// Opens all streams, waits for the first token of each, and reads on. Each task returns whether its stream ended well.
async fn open(chat: &Function) -> Result<Vec<tokio::task::JoinHandle<bool>>> {
    let opening: Vec<_> = (0..STREAMS)
        .map(|_| {
            let client = Client::new(chat);
            tokio::spawn(async move {
                let mut stream = start(&client).await.map_err(|error| error.to_string())?;
                first_token(&mut stream).await?;
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

async fn start(client: &Client) -> Result<Stream> {
    let body = json!({"message": "Who is my neighbour?"});
    let request = client.post(paths::CHATS).json(&body);
    Ok(request.try_stream().await?)
}

async fn first_token(stream: &mut Stream) -> std::result::Result<(), &'static str> {
    while stream.next_event().await.ok_or("no token")?.event != "token" {}
    Ok(())
}

/// The times of each read, measured in turns.
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
