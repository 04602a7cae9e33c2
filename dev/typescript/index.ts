// The client of Verse: `make client` writes schema.d.ts beside this file from openapi.json.
import createFetchClient, { type ClientOptions } from "openapi-fetch";
import type { components, paths } from "./schema.js";

export type { components, paths };

type Schemas = components["schemas"];

/** An event of a reply, with its data read. The last one is `done` or `error`. */
export type ReplyEvent =
  | { event: "chat_id"; data: Schemas["ChatIdData"] }
  | { event: "token"; data: Schemas["TokenData"] }
  | { event: "done"; data: Schemas["DoneData"] }
  | { event: "error"; data: Schemas["ErrorData"] };

/** A client with each path, parameter and answer of the contract. It sends the session cookie. */
export function createClient(options: ClientOptions) {
  return createFetchClient<paths>({ credentials: "include", ...options });
}

/** The events of a streamed reply: pass the body of a call with `parseAs: "stream"`. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ReplyEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      text += decoder.decode(value, { stream: !done });
      const events = text.split("\n\n");
      text = events.pop() ?? "";
      for (const event of events) {
        const lines = event.split("\n");
        const name = lines.find((line) => line.startsWith("event: "))?.slice("event: ".length);
        const data = lines.find((line) => line.startsWith("data: "))?.slice("data: ".length);
        // Lines that begin with a colon are comments.
        if (name !== undefined && data !== undefined) {
          yield { event: name, data: JSON.parse(data) } as ReplyEvent;
        }
      }
      if (done) {
        return;
      }
    }
  } finally {
    // The service completes and stores a reply whose reader leaves.
    await reader.cancel();
  }
}
