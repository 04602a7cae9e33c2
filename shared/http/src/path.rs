//! Path normalisation: one route, however the request came.

/// The path as the routes know it: from `/api` on.
///
/// API Gateway puts a stage (REST v1, HTTP v2) or a custom domain's base path in front of it. Either may itself be
/// called `api`, and none of our routes has a second segment of that name, so the last of a run of `api` segments is
/// where the route begins. A path without an `api` segment is left as it is, to be refused.
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
    fn stages_and_base_paths_are_taken_off() {
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
    fn other_paths_are_left_alone() {
        for path in ["", "/", "/apis", "/robots.txt", "//", "api/books"] {
            assert_eq!(normalise(path), path);
        }
        assert_eq!(normalise("/prod/api"), "/api");
    }
}
