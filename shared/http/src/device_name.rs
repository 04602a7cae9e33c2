//! A device's name and kind, from the `User-Agent` of its first request.

use verse_data::DeviceKind;
use woothee::parser::{Parser, WootheeResult};

/// The name, such as `Chrome on Windows`, and the kind. A `User-Agent` that is not a browser's has no name and an unknown
/// kind.
pub(crate) fn name_device(user_agent: &str) -> (Option<String>, DeviceKind) {
    let Some(agent) = Parser::new().parse(user_agent) else {
        return (None, DeviceKind::Unknown);
    };
    let kind = kind(&agent, user_agent);
    // Crawlers and programs, which the library knows by name, are not devices.
    let is_device = kind != DeviceKind::Unknown;
    (is_device.then(|| name(&agent)).flatten(), kind)
}

fn kind(agent: &WootheeResult<'_>, user_agent: &str) -> DeviceKind {
    match agent.category {
        "pc" => DeviceKind::Desktop,
        // The library has no category for tablets. Browsers on Android send `Mobile` on a phone and not on a tablet:
        // https://developer.chrome.com/docs/multidevice/user-agent
        "smartphone" if agent.os == "iPad" => DeviceKind::Tablet,
        "smartphone" if agent.os == "Android" && !user_agent.contains("Mobile") => {
            DeviceKind::Tablet
        }
        "mobilephone" | "smartphone" => DeviceKind::Mobile,
        _ => DeviceKind::Unknown,
    }
}

fn name(agent: &WootheeResult<'_>) -> Option<String> {
    let browser = match agent.name {
        "UNKNOWN" => None,
        "SamsungBrowser" => Some("Samsung Internet"),
        name => Some(name),
    };
    let system = match agent.os {
        "UNKNOWN" => None,
        "Mac OSX" => Some("macOS"),
        os if os.starts_with("Windows Phone") => Some("Windows Phone"),
        // Windows 11 calls itself Windows 10, too.
        os if os.starts_with("Windows") => Some("Windows"),
        os => Some(os),
    };
    match (browser, system) {
        (Some(browser), Some(system)) => Some(format!("{browser} on {system}")),
        (one, other) => one.or(other).map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(user_agent: &str) -> (String, DeviceKind) {
        let (name, kind) = name_device(user_agent);
        (name.unwrap_or_default(), kind)
    }

    #[test]
    fn a_device_is_named_after_its_browser_and_its_system() {
        let webkit = |system: &str, version: &str| {
            format!("({system}) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{version}")
        };
        let chrome = |system: &str, rest: &str| {
            let engine = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0";
            format!("({system}) {engine} {rest}Safari/537.36")
        };
        let firefox = |system: &str| format!("({system}; rv:125.0) Gecko/20100101 Firefox/125.0");
        let windows = "Windows NT 10.0; Win64; x64";
        let iphone = "iPhone; CPU iPhone OS 17_4 like Mac OS X";
        let ipad = "iPad; CPU OS 12_5 like Mac OS X";
        for (user_agent, name, kind) in [
            (chrome(windows, ""), "Chrome on Windows", "desktop"),
            (
                chrome(windows, "Edg/124.0.0.0 "),
                "Edge on Windows",
                "desktop",
            ),
            (
                webkit("Macintosh; Intel Mac OS X 10_15_7", "17.4 Safari/605.1.15"),
                "Safari on macOS",
                "desktop",
            ),
            (firefox("X11; Linux x86_64"), "Firefox on Linux", "desktop"),
            (
                chrome("X11; CrOS x86_64 14541.0.0", ""),
                "Chrome on ChromeOS",
                "desktop",
            ),
            (
                webkit(iphone, "17.4 Mobile/15E148 Safari/604.1"),
                "Safari on iPhone",
                "mobile",
            ),
            (
                webkit(ipad, "12.1 Mobile/15E148 Safari/604.1"),
                "Safari on iPad",
                "tablet",
            ),
            (
                chrome("Linux; Android 10; K", "Mobile "),
                "Chrome on Android",
                "mobile",
            ),
            (
                chrome("Linux; Android 10; K", ""),
                "Chrome on Android",
                "tablet",
            ),
            (
                firefox("Android 14; Mobile"),
                "Firefox on Android",
                "mobile",
            ),
        ] {
            let expected = (name.to_owned(), DeviceKind::parse(kind).unwrap());
            assert_eq!(
                named(&format!("Mozilla/5.0 {user_agent}")),
                expected,
                "{user_agent}"
            );
        }
    }

    #[test]
    fn programs_and_crawlers_have_no_name_and_no_kind() {
        let long = "(".repeat(500);
        let crawler = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
        let texts = [
            "-",
            " ",
            "Mozilla/5.0",
            "curl/8.5.0",
            "tests",
            "\u{1F980}",
            "",
            &long,
            crawler,
        ];
        for user_agent in texts {
            let unnamed = (String::new(), DeviceKind::Unknown);
            assert_eq!(named(user_agent), unnamed, "{user_agent:.40}");
        }
    }
}
