//! What a device is called: read from its `User-Agent` when it first comes.

use verse_data::DeviceKind;
use woothee::parser::{Parser, WootheeResult};

/// As `Chrome on Windows`, and what sort of machine it is. What no browser sends gives no name and an unknown kind.
pub(crate) fn name_device(user_agent: &str) -> (Option<String>, DeviceKind) {
    let Some(agent) = Parser::new().parse(user_agent) else {
        return (None, DeviceKind::Unknown);
    };
    let kind = kind(&agent, user_agent);
    // A crawler or a program is no device, however well it is known.
    let is_device = kind != DeviceKind::Unknown;
    (is_device.then(|| name(&agent)).flatten(), kind)
}

fn kind(agent: &WootheeResult<'_>, user_agent: &str) -> DeviceKind {
    match agent.category {
        "pc" => DeviceKind::Desktop,
        // The library knows no tablets. Browsers on Android say `Mobile` on a telephone and do not on a tablet:
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
        // Every Windows since the tenth calls itself the tenth.
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
        let webkit = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
        let chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0";
        for (user_agent, name, kind) in [
            (
                format!("(Windows NT 10.0; Win64; x64) {chrome} Safari/537.36"),
                "Chrome on Windows",
                DeviceKind::Desktop,
            ),
            (
                format!("(Windows NT 10.0; Win64; x64) {chrome} Safari/537.36 Edg/124.0.0.0"),
                "Edge on Windows",
                DeviceKind::Desktop,
            ),
            (
                format!(
                    "(Macintosh; Intel Mac OS X 10_15_7) {webkit} Version/17.4 Safari/605.1.15"
                ),
                "Safari on macOS",
                DeviceKind::Desktop,
            ),
            (
                "(X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0".to_owned(),
                "Firefox on Linux",
                DeviceKind::Desktop,
            ),
            (
                format!("(X11; CrOS x86_64 14541.0.0) {chrome} Safari/537.36"),
                "Chrome on ChromeOS",
                DeviceKind::Desktop,
            ),
            (
                format!(
                    "(iPhone; CPU iPhone OS 17_4 like Mac OS X) {webkit} Version/17.4 Mobile/15E148 Safari/604.1"
                ),
                "Safari on iPhone",
                DeviceKind::Mobile,
            ),
            (
                format!(
                    "(iPad; CPU OS 12_5 like Mac OS X) {webkit} Version/12.1 Mobile/15E148 Safari/604.1"
                ),
                "Safari on iPad",
                DeviceKind::Tablet,
            ),
            (
                format!("(Linux; Android 10; K) {chrome} Mobile Safari/537.36"),
                "Chrome on Android",
                DeviceKind::Mobile,
            ),
            (
                format!("(Linux; Android 10; K) {chrome} Safari/537.36"),
                "Chrome on Android",
                DeviceKind::Tablet,
            ),
            (
                "(Android 14; Mobile; rv:125.0) Gecko/125.0 Firefox/125.0".to_owned(),
                "Firefox on Android",
                DeviceKind::Mobile,
            ),
        ] {
            let user_agent = format!("Mozilla/5.0 {user_agent}");
            assert_eq!(named(&user_agent), (name.to_owned(), kind), "{user_agent}");
        }
    }

    #[test]
    fn what_no_browser_sends_has_no_name_and_no_kind() {
        let long = "(".repeat(500);
        for user_agent in [
            "",
            "-",
            " ",
            "Mozilla/5.0",
            "curl/8.5.0",
            "tests",
            "\u{1F980}",
            &long,
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        ] {
            assert_eq!(
                named(user_agent),
                (String::new(), DeviceKind::Unknown),
                "{user_agent:.40}"
            );
        }
    }
}
