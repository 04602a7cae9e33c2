//! Removes the stage and the base path from a request's path.

/// The part of the path that the table of routes lists, which begins at `/api`.
///
/// API Gateway puts a stage (REST v1, HTTP v2) or a custom domain's base path in front. Either may itself be called `api`,
/// and no route has a second segment of that name, so the route begins at the last of several `api` segments in a row. A
/// path without an `api` segment stays as it is, and is answered `404`.
pub(crate) fn normalise(path: &str) -> &str {
    let Some(start) = find_api(path) else {
        return path;
    };
    let mut rest = path.get(start..).unwrap_or(path);
    while let Some(next) = rest
        .strip_prefix("/api")
        .filter(|next| begins_with_api(next))
    {
        rest = next;
    }
    rest
}

fn find_api(path: &str) -> Option<usize> {
    path.match_indices("/api")
        .map(|(at, _)| at)
        .find(|at| path.get(*at..).is_some_and(begins_with_api))
}

fn begins_with_api(path: &str) -> bool {
    path.strip_prefix("/api")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::normalise;

    #[test]
    fn stages_and_base_paths_are_removed() {
        for (path, route) in [
            ("/api/books", "/api/books"),
            ("/prod/api/books", "/api/books"),
            ("/v1/verse/api/books", "/api/books"),
            ("/api/api/books", "/api/books"),
            ("/apiary/api/books", "/api/books"),
            ("/api/user/link/codes", "/api/user/link/codes"),
        ] {
            assert_eq!(normalise(path), route, "{path}");
        }
    }

    #[test]
    fn other_paths_stay_as_they_are() {
        for path in ["", "/", "/apis", "/robots.txt", "//", "api/books"] {
            assert_eq!(normalise(path), path);
        }
        assert_eq!(normalise("/prod/api"), "/api");
    }
}
