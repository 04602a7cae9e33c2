//! The table of routes: each path, and its handler in the file of that name.

use crate::{
    commentary, concordance, contract, cross_references, daily, docs, lexicon, lexicon_entry,
    parallel, search, topic, topics, words,
};

verse_http::routes! {
    get "/api/search" => search::search;
    get "/api/cross-references" => cross_references::list_cross_references;
    get "/api/parallel" => parallel::get_parallel;
    get "/api/words" => words::get_words;
    get "/api/lexicon" => lexicon::search_lexicon;
    get "/api/lexicon/{id}" => lexicon_entry::get_entry;
    get "/api/lexicon/{id}/verses" => concordance::list_verses;
    get "/api/topics" => topics::list_topics;
    get "/api/topics/{name}" => topic::get_topic;
    get "/api/commentary" => commentary::get_commentary;
    get "/api/daily" => daily::get_daily;
    get "/api/openapi.json" => contract::get_contract;
    get "/api/docs" => docs::get_page;
    get "/api/docs/{file}" => docs::get_file;
}
