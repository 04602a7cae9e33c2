//! A device's name and kind: as its user entered them, or from the `User-Agent` of its first request.

use verse_data::DeviceKind;
use woothee::parser::{Parser, WootheeResult};

/// The most characters of a name.
const NAME_LENGTH: usize = 100;

/// The name as it is stored and listed: its visible characters, trimmed, 100 at most. `None` when there are none.
///
/// A device's name is shown to the user's other devices. An invisible character could change the order of the text around it,
/// or make one name look like another.
#[must_use]
pub fn visible_name(text: &str) -> Option<String> {
    let name: String = visible(text).trim().chars().take(NAME_LENGTH).collect();
    Some(name.trim_end().to_owned()).filter(|name| !name.is_empty())
}

/// The text without invisible characters. A line break or tab becomes a space.
pub(crate) fn visible(text: &str) -> String {
    let characters = text.chars().filter_map(|c| match c {
        _ if c.is_whitespace() => Some(' '),
        _ if c.is_control() || is_invisible(c) => None,
        c => Some(c),
    });
    characters.collect()
}

/// Bidirectional controls, zero-width characters, and the other characters that are not displayed. Source: Unicode's property
/// `Default_Ignorable_Code_Point`, and the annotation characters.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

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
    fn a_name_has_no_invisible_characters() {
        for (text, name) in [
            (" Kitchen ", Some("Kitchen")),
            ("Zoë's \u{202e}tablet\u{202c}", Some("Zoë's tablet")),
            ("a\u{200b}b\u{feff}c\u{2066}d\u{e0041}e", Some("abcde")),
            ("\u{1b}[31mred\r\nline\u{2028}", Some("[31mred  line")),
            ("\u{7f}\u{9b}x\u{0}", Some("x")),
            ("\u{200f}\u{2060} \t", None),
            ("", None),
        ] {
            assert_eq!(visible_name(text).as_deref(), name, "{text:?}");
        }
        let long = format!("{} {}", "é".repeat(99), "x".repeat(5));
        assert_eq!(visible_name(&long), Some("é".repeat(99)));
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
