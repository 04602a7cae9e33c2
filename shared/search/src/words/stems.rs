//! The stem of a key: all inflected forms of a word have the same. A stem is no word.
//!
//! English keys have the stem of [`crate::stem`], which knows the endings of older English and
//! irregular forms (`begat`, `beget`). Spanish keys lose the endings of gender, number and regular
//! verbs; the most frequent irregular verbs are listed.
//!
//! The build script compiles this file too.

use crate::stem;

/// The stem of a key of a translation.
pub fn stem_of(translation: &str, key: &str) -> String {
    match translation {
        "SRV" => spanish_stem(key),
        _ => stem::stem(key),
    }
}

fn spanish_stem(key: &str) -> String {
    /// A shorter word has no ending.
    const SHORTEST: usize = 3;
    if let Some((base, _)) = IRREGULAR
        .iter()
        .find(|(_, forms)| forms.split(' ').any(|form| form == key))
    {
        return (*base).to_owned();
    }
    if key.len() < SHORTEST || NOT_INFLECTED.split(' ').any(|word| word == key) {
        return key.to_owned();
    }
    let is_vowel = |c: char| "aeiou".contains(c);
    let singular = match key.strip_suffix('s') {
        // "mes" is no plural.
        Some(start) if key.len() > SHORTEST && start.ends_with(is_vowel) => {
            let bare = start.strip_suffix('e').filter(|bare| bare.len() >= 3);
            bare.filter(|bare| !bare.ends_with(is_vowel))
                .unwrap_or(start)
        }
        _ => key,
    };
    let ending = VERB_ENDINGS.split_whitespace().find_map(|ending| {
        let start = singular.strip_suffix(ending)?;
        (start.len() >= 2 && start.contains(is_vowel)).then_some(start)
    });
    let start = ending.unwrap_or_else(|| match singular.strip_suffix(['a', 'e', 'o']) {
        Some(start) if start.len() >= 2 => start,
        _ => singular,
    });
    // "luz" and "luces", "pecar" and "peque", "pagar" and "pague".
    for (written, same) in [("z", "c"), ("qu", "c"), ("gu", "g")] {
        if let Some(start) = start.strip_suffix(written) {
            return format!("{start}{same}");
        }
    }
    start.to_owned()
}

/// Endings of regular verbs without a final `s`, the longest first.
const VERB_ENDINGS: &str = "\
    ariamo eriamo iriamo ieramo iesemo \
    abamo aremo eremo iremo astei istei ieron yeron iendo yendo iesen ieran \
    arian erian irian asen \
    aron aban aran eran iran ando amo emo imo aste iste aria eria iria iera iese iere yere \
    aba ado ada ido ida ase ian \
    ara are ire ia io yo ar er ir an en";

/// Words that only look inflected.
const NOT_INFLECTED: &str = "\
    dios jesus judas tomas maria jeremias isaias elias simon leon pan hombro como gran bien quien tambien \
    juan jordan canaan amos amen";

/// Irregular verbs, with their stem.
const IRREGULAR: [(&str, &str); 12] = [
    (
        "dec",
        "decir dice dices digo dicen dicho dicha dije dijo dijeron dijiste diciendo decia decian diga digan di \
         diran dira dire diras diremos dijere dijese",
    ),
    (
        "hac",
        "hacer hace haces hago hacen hecho hecha hechos hechas hizo hice hicieron hiciste hicimos haciendo hacia \
         hacian haga hagan hagas haced hara haran hare haras",
    ),
    (
        "ven",
        "venir viene vienes vengo vienen venido vino vine vinieron viniste viniendo venia venian venga vengan ven \
         venid vendra vendran vendre vendras",
    ),
    (
        "dar",
        "dar da das doy dan dado dada dio dieron diste di dando daba daban de den dad dara daran dare daras",
    ),
    (
        "ver",
        "ver ve ves veo ven visto vista vistos vio vieron viste vi viendo veia veian vea vean ved vera veran vere",
    ),
    (
        "ten",
        "tener tiene tienes tengo tienen tenido tuvo tuve tuvieron teniendo tenia tenian tenga tengan tened \
         tendra tendran tendre tendras",
    ),
    (
        "pod",
        "poder puede puedes puedo pueden podido pudo pude pudieron podia podian pueda puedan podra podran podre",
    ),
    (
        "pon",
        "poner pone pones pongo ponen puesto puesta puestos puso puse pusieron poniendo ponia ponga pongan poned \
         pondra pondran pondre",
    ),
    (
        "sab",
        "saber sabe sabes se saben sabido supo supe supieron sabiendo sabia sabian sepa sepan sabed sabra sabran",
    ),
    (
        "hab",
        "haber ha has he han habido hubo hube hubieron habiendo habia habian haya hayan habra habran habre",
    ),
    (
        "andar",
        "andar anda andas ando andan andado anduvo anduve anduvieron andando andaba andaban ande anden andad",
    ),
    (
        "quer",
        "querer quiere quieres quiero quieren querido quiso quise quisieron queriendo queria querian quiera \
         quieran querra querran",
    ),
];
