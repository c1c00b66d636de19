//! What can be asked for: every path and method in one table.

use http::{Method, StatusCode};

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Health,
    Readiness,
    Metrics,
    Sites,
    Observed,
    Configuration,
    Explain,
    Reload,
    Log,
    SetLog,
}

/// Whether a token is asked for, where one is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// Not for this: probes have none.
    Anybody,
    Bearer,
}

/// One path and method.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) path: &'static str,
    /// GET answers HEAD too.
    method: Method,
    pub(super) admission: Admission,
    pub(super) action: Action,
}

const fn route(path: &'static str, method: Method, admission: Admission, action: Action) -> Route {
    Route { path, method, admission, action }
}

pub(super) const ROUTES: &[Route] = &[
    route("/healthz", Method::GET, Admission::Anybody, Action::Health),
    route("/readyz", Method::GET, Admission::Anybody, Action::Readiness),
    route("/metrics", Method::GET, Admission::Bearer, Action::Metrics),
    route("/sites", Method::GET, Admission::Bearer, Action::Sites),
    route("/observed", Method::GET, Admission::Bearer, Action::Observed),
    route("/configuration", Method::GET, Admission::Bearer, Action::Configuration),
    route("/explain", Method::GET, Admission::Bearer, Action::Explain),
    route("/reload", Method::POST, Admission::Bearer, Action::Reload),
    route("/log", Method::GET, Admission::Bearer, Action::Log),
    route("/log", Method::PUT, Admission::Bearer, Action::SetLog),
];

/// Why a request has no route.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unrouted {
    /// There is nothing at its path.
    Path,
    /// There is, by these methods, as Allow lists them (RFC 9110 10.2.1).
    Method(String),
}

impl Unrouted {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Path => StatusCode::NOT_FOUND,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
        }
    }
}

/// The route of a request.
pub(super) fn find(method: &Method, path: &str) -> Result<&'static Route, Unrouted> {
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    let here = || ROUTES.iter().filter(|route| route.path == path);
    if let Some(route) = here().find(|route| route.method == *method) {
        return Ok(route);
    }
    let mut allowed: Vec<&str> = here().map(|route| route.method.as_str()).collect();
    if allowed.is_empty() {
        return Err(Unrouted::Path);
    }
    if allowed.contains(&"GET") {
        allowed.push("HEAD");
    }
    Err(Unrouted::Method(allowed.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_and_a_method_are_a_route() {
        assert_eq!(find(&Method::GET, "/metrics").unwrap().action, Action::Metrics);
        assert_eq!(find(&Method::HEAD, "/metrics").unwrap().action, Action::Metrics);
        assert_eq!(find(&Method::GET, "/").unwrap_err(), Unrouted::Path);
        assert_eq!(find(&Method::GET, "/metrics/").unwrap_err(), Unrouted::Path);
        assert_eq!(find(&Method::DELETE, "/metrics").unwrap_err(), Unrouted::Method("GET, HEAD".to_owned()));
        assert_eq!(find(&Method::PUT, "/log").unwrap().action, Action::SetLog);
        assert_eq!(find(&Method::POST, "/log").unwrap_err(), Unrouted::Method("GET, PUT, HEAD".to_owned()));
        assert_eq!(find(&Method::GET, "/reload").unwrap_err(), Unrouted::Method("POST".to_owned()));
    }

    #[test]
    fn only_probes_need_no_token() {
        let free = ROUTES.iter().filter(|route| route.admission == Admission::Anybody);
        assert_eq!(free.map(|route| route.path).collect::<Vec<_>>(), ["/healthz", "/readyz"]);
    }
}
