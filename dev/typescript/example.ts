// Reads a passage, searches, and prints a reply as it is written.
import { createClient, readEvents } from "./client/index.js";

const verse = createClient({ baseUrl: "http://127.0.0.1:9000" });

const { data: passage, error } = await verse.GET("/api/passage", {
  params: { query: { book: "John", chapter: 3, verse_start: 16 } },
});
if (error) {
  throw new Error(error.detail);
}
for (const { verse: number, text } of passage.verses) {
  console.log(number, text);
}

const { data: found } = await verse.GET("/api/search", { params: { query: { q: '"the world" love', limit: 5 } } });
console.log(`${found?.verses} verses`);
for (const { reference, text, marks } of found?.results ?? []) {
  console.log(reference, marks.map(([start, end]) => text.slice(start, end)));
}

const { data: related } = await verse.GET("/api/cross-references", {
  params: { query: { book: "John", chapter: 3, verse_start: 16, limit: 3 } },
});
console.log(related?.results.map((result) => `${result.reference}: ${result.text}`));

const { data: body, error: refused } = await verse.POST("/api/standalone-chat", {
  body: { message: "Who was Nicodemus?" },
  parseAs: "stream",
});
if (refused || !body) {
  throw new Error(refused?.detail ?? "There is no reply.");
}
let reply = "";
for await (const { event, data } of readEvents(body)) {
  if (event === "token") {
    reply += data.token;
  } else if (event === "error") {
    throw new Error(data.error);
  } else if (event === "done") {
    console.log(reply, data.stop_reason);
  }
}
