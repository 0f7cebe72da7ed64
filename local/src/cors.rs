//! Cross-origin requests, as API Gateway's HTTP API treats them with the template's `CorsConfiguration`
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html>).
//!
//! The API has the route `$default`, which catches preflight requests too. So its function answers them, and the gateway
//! adds the headers to the function's response. The gateway replaces such headers of the function's own.

use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
        ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
        ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
    },
    request::Parts,
};
use shared::InvalidParameter;
use url::Url;

/// The methods of the API's routes, in the template's `AllowMethods`.
pub const ALLOWED_METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/// The headers of requests that the API reads, in the template's `AllowHeaders`.
pub const ALLOWED_HEADERS: [&str; 4] = ["authorization", "content-type", "idempotency-key", "x-auth-token"];

/// The headers of responses that a page of another origin may read, in the template's `ExposeHeaders`.
pub const EXPOSED_HEADERS: [&str; 9] = [
    "allow",
    "apigw-requestid",
    "authorization",
    "retry-after",
    "www-authenticate",
    "x-auth-token",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
];

/// How many seconds a browser may remember the answer to a preflight request: the template's `MaxAge`.
pub const MAX_AGE: u32 = 3600;

/// The headers that only the gateway sets.
const OWN: [HeaderName; 6] = [
    ACCESS_CONTROL_ALLOW_CREDENTIALS,
    ACCESS_CONTROL_ALLOW_HEADERS,
    ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE,
];

/// The origins whose pages may call the API.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct AllowedOrigins(Vec<String>);

impl AllowedOrigins {
    /// Reads the value of `ALLOWED_ORIGINS`, which has commas between the origins. If the value is empty, the origin of
    /// the mailed links is allowed.
    ///
    /// # Errors
    /// A part of the value isn't an origin as browsers write it.
    pub(crate) fn read(value: &str, app_url: &str) -> Result<Self, InvalidParameter> {
        if value.is_empty() {
            return Ok(Self(origin_of(app_url).into_iter().collect()));
        }
        let origins = value.split(',').map(|origin| match origin_of(origin) {
            Some(canonical) if canonical == origin => Ok(canonical),
            canonical => Err(InvalidParameter {
                name: "ALLOWED_ORIGINS",
                expected: expected(canonical.as_deref()),
                value: origin.to_owned(),
            }),
        });
        Ok(Self(origins.collect::<Result<_, _>>()?))
    }

    /// Sets the headers of a response that say what a page of the request's origin may do. A request without an origin,
    /// or from an origin that isn't allowed, gets none.
    pub(crate) fn set_headers(&self, request: &Parts, headers: &mut HeaderMap) {
        if self.0.is_empty() {
            return;
        }
        for name in OWN {
            headers.remove(name);
        }
        let Some(origin) = request.headers.get(ORIGIN).filter(|origin| self.allow(origin)) else { return };
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        let is_preflight =
            request.method == Method::OPTIONS && request.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        let added = if is_preflight {
            vec![
                (ACCESS_CONTROL_ALLOW_METHODS, ALLOWED_METHODS.join(",")),
                (ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS.join(",")),
                (ACCESS_CONTROL_MAX_AGE, MAX_AGE.to_string()),
            ]
        } else {
            vec![(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS.join(","))]
        };
        for (name, value) in added {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
    }

    fn allow(&self, origin: &HeaderValue) -> bool {
        self.0.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes())
    }
}

/// The origin of an http or https URL, as browsers write it in the header `Origin`.
fn origin_of(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    // The URL parser accepts an asterisk in a host.
    let is_one = matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|host| !host.contains('*'));
    is_one.then(|| url.origin().ascii_serialization())
}

fn expected(canonical: Option<&str>) -> String {
    let origins = "origins such as https://app.example.com, with commas between them and without spaces, paths and *";
    match canonical {
        Some(canonical) => format!("{origins} (perhaps {canonical})"),
        None => origins.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const APP: &str = "https://app.example.com";

    fn read(value: &str) -> Result<AllowedOrigins, String> {
        AllowedOrigins::read(value, "http://127.0.0.1:9000").map_err(|error| error.to_string())
    }

    /// The headers of a response to a request with the given method and headers.
    fn headers(origins: &AllowedOrigins, method: &str, request: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut builder = http::Request::builder().method(method);
        for (name, value) in request {
            builder = builder.header(*name, *value);
        }
        let mut headers = HeaderMap::new();
        headers.insert("access-control-allow-origin", HeaderValue::from_static("*"));
        origins.set_headers(&builder.body(()).unwrap().into_parts().0, &mut headers);
        let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
        headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
    }

    #[test]
    fn without_a_value_the_origin_of_the_mailed_links_is_allowed() {
        for (app_url, origin) in [
            ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
            ("https://App.Example.com:443/invited", APP),
            ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ] {
            assert_eq!(AllowedOrigins::read("", app_url).unwrap(), AllowedOrigins(vec![origin.to_owned()]));
        }
    }

    #[test]
    fn a_value_that_no_browser_sends_as_an_origin_is_refused_and_the_right_one_is_proposed() {
        let origins = read("https://app.example.com,http://localhost:3000").unwrap();
        assert_eq!(origins, AllowedOrigins(vec![APP.to_owned(), "http://localhost:3000".to_owned()]));
        for (value, proposed) in [
            ("https://app.example.com/", Some(APP)),
            ("https://app.example.com/path?a=b", Some(APP)),
            ("https://APP.example.com", Some(APP)),
            ("https://app.example.com:443", Some(APP)),
            ("https://user@app.example.com", Some(APP)),
            ("http://localhost:3000, https://app.example.com", Some(APP)),
            ("app.example.com", None),
            ("*", None),
            ("https://*", None),
            ("null", None),
            ("ftp://app.example.com", None),
            ("https://", None),
            ("https://app.example.com,", None),
        ] {
            let error = read(value).unwrap_err();
            assert!(error.starts_with("ALLOWED_ORIGINS must be origins such as"), "{error}");
            let proposal = proposed.map_or_else(String::new, |proposed| format!("(perhaps {proposed})"));
            assert_eq!(error.contains("(perhaps"), proposed.is_some(), "{value}: {error}");
            assert!(error.contains(&proposal), "{error}");
        }
    }

    #[test]
    fn only_a_request_from_an_allowed_origin_gets_the_headers() {
        let origins = read(APP).unwrap();
        let exposed = EXPOSED_HEADERS.join(",");
        let text = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let allowed = text("access-control-allow-origin", APP);
        let answered = headers(&origins, "POST", &[("origin", APP)]);
        assert_eq!(answered, [allowed.clone(), text("access-control-expose-headers", &exposed)]);
        for other in
            ["https://app.example.com.evil.example", "http://app.example.com", "https://APP.example.com", "null"]
        {
            assert_eq!(headers(&origins, "POST", &[("origin", other)]), [], "{other}");
        }
        assert_eq!(headers(&origins, "POST", &[]), []);
    }

    #[test]
    fn a_preflight_request_is_told_the_methods_and_headers() {
        let origins = read(APP).unwrap();
        let asked = ("access-control-request-method", "POST");
        let answered = headers(&origins, "OPTIONS", &[("origin", APP), asked]);
        let names: Vec<_> = answered.iter().map(|(name, _)| name.trim_start_matches("access-control-")).collect();
        assert_eq!(names, ["allow-origin", "allow-methods", "allow-headers", "max-age"]);
        assert_eq!(headers(&origins, "OPTIONS", &[("origin", "https://other.example"), asked]), []);
        assert_eq!(headers(&origins, "OPTIONS", &[asked]), []);
    }

    #[test]
    fn an_api_without_a_cors_configuration_leaves_the_functions_headers_alone() {
        let kept = [("access-control-allow-origin".to_owned(), "*".to_owned())];
        assert_eq!(headers(&AllowedOrigins::default(), "GET", &[("origin", APP)]), kept);
    }
}
