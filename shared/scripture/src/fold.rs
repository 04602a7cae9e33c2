//! The plain form of a character: a letter without its accent, a full-width or mathematical letter
//! or digit as the ordinary one.
//!
//! The build script of the search compiles this file too, so that its index and its queries cannot
//! differ.

/// Appends a character's plain form. Combining accents, Hebrew points and invisible characters have
/// none.
pub fn push_plain(c: char, plain: &mut String) {
    const ROMAN: [&str; 12] = [
        "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII",
    ];
    let code = u32::from(c);
    let ascii = |code: u32| char::from_u32(code).unwrap_or(c);
    let letters = match c {
        '\u{591}'..='\u{5bd}'
        | '\u{5bf}'
        | '\u{5c1}'
        | '\u{5c2}'
        | '\u{5c4}'
        | '\u{5c5}'
        | '\u{5c7}'
        | '\u{ad}'
        | '\u{300}'..='\u{36f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2060}'
        | '\u{feff}' => "",
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' | 'ā' | 'ª' => "a",
        'é' | 'è' | 'ê' | 'ë' | 'ē' => "e",
        'í' | 'ì' | 'î' | 'ï' | 'ī' => "i",
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ō' | 'º' | '°' => "o",
        'ú' | 'ù' | 'û' | 'ü' | 'ū' => "u",
        'ñ' => "n",
        'ç' => "c",
        'Á' | 'À' | 'Â' | 'Ä' | 'Ã' | 'Å' => "A",
        'É' | 'È' | 'Ê' | 'Ë' => "E",
        'Í' | 'Ì' | 'Î' | 'Ï' => "I",
        'Ó' | 'Ò' | 'Ô' | 'Ö' | 'Õ' => "O",
        'Ú' | 'Ù' | 'Û' | 'Ü' => "U",
        'Ñ' => "N",
        'Ç' => "C",
        'æ' => "ae",
        'œ' => "oe",
        'ﬀ' => "ff",
        'ﬁ' => "fi",
        'ﬂ' => "fl",
        'ﬃ' => "ffi",
        'ﬄ' => "ffl",
        'ﬅ' | 'ﬆ' => "st",
        // Ratio, modifier letter colons, sof pasuq and presentation forms of the colon.
        '∶' | '꞉' | 'ː' | '˸' | '׃' | '︓' | '﹕' | '։' => ":",
        '\u{37e}' | '︔' | '﹔' | '؛' => ";",
        '、' | '，' | '،' | '︐' | '﹐' | '︑' | '﹑' => ",",
        '。' | '｡' | '․' | '﹒' => ".",
        '﹣' | '﹘' | '〜' | '〰' | '～' | '∼' | '⁓' | '⸺' | '⸻' => "-",
        'Ⅰ'..='Ⅻ' => ROMAN.get(code as usize - 0x2160).copied().unwrap_or(""),
        'ⅰ'..='ⅻ' => ROMAN.get(code as usize - 0x2170).copied().unwrap_or(""),
        '\u{3000}' => " ",
        // The full-width forms of ASCII's marks, digits and letters.
        '\u{ff01}'..='\u{ff5e}' => return plain.push(ascii(code - 0xfee0)),
        // Mathematical letters, in alphabets of 26 capitals and 26 small letters.
        '\u{1d400}'..='\u{1d6a3}' => {
            let letter = (code - 0x1d400) % 52;
            let first = if letter < 26 { 'A' } else { 'a' };
            return plain.push(ascii(u32::from(first) + letter % 26));
        }
        _ => return plain.push(digit(c).map_or(c, |digit| ascii(u32::from('0') + digit))),
    };
    plain.push_str(letters);
}

/// The value of a decimal digit of another script.
fn digit(c: char) -> Option<u32> {
    /// The zeros of scripts, each followed by its other nine digits.
    const ZEROS: [u32; 37] = [
        0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6,
        0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90,
        0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0,
        0x104a0, 0x11066,
    ];
    let code = u32::from(c);
    if (0x1d7ce..=0x1d7ff).contains(&code) {
        // Mathematical digits, five times ten.
        return Some((code - 0x1d7ce) % 10);
    }
    let known = ZEROS.partition_point(|zero| *zero <= code);
    let value = code - ZEROS.get(known.checked_sub(1)?)?;
    (value < 10).then_some(value)
}
