//! The names of books besides those of the canon's own table, and names of books that are not in it.
//!
//! Names are written as keys: see [`super::names`].

/// The further English keys and the Spanish keys of each book, in canon order.
pub(super) const FURTHER_NAMES: [(&str, &str, &str); 66] = [
    ("GEN", "ge gn", "genesis"),
    ("EXO", "ex exo exd", "exodo"),
    ("LEV", "le lv lvt lev", "levitico"),
    ("NUM", "nu nm nb numb", "numeros"),
    ("DEU", "de dt deu deutr dtr dtn duet", "deuteronomio"),
    ("JOS", "jos jsh", "josue"),
    ("JDG", "jg jdgs jdg judg jgs judgs", "jueces jue"),
    ("RUT", "ru rt rth", "rut ruth"),
    ("1SA", "1s 1sm 1sa 1sam 1sml", "1samuel"),
    ("2SA", "2s 2sm 2sa 2sam 2sml", "2samuel"),
    ("1KI", "1k 1ki 1kin 1kgs 1kg 1kngs", "1reyes 1re 1rey 1r"),
    ("2KI", "2k 2ki 2kin 2kgs 2kg 2kngs", "2reyes 2re 2rey 2r"),
    (
        "1CH",
        "1ch 1chr 1chron 1par 1chrn 1chro",
        "1cronicas 1cr 1cron",
    ),
    (
        "2CH",
        "2ch 2chr 2chron 2par 2chrn 2chro",
        "2cronicas 2cr 2cron",
    ),
    ("EZR", "ezr", "esdras esd"),
    ("NEH", "ne", "nehemias"),
    ("EST", "es est esth", "ester esther"),
    ("JOB", "jb", "job"),
    (
        "PSA",
        "psalm ps pss psa psm pslm psalter pslms psl plm psalmsofdavid",
        "salmos salmo sal slm",
    ),
    (
        "PRO",
        "pr prv pro prov proverb prvb prvbs proverbsofsolomon",
        "proverbios",
    ),
    (
        "ECC",
        "ec ecc eccles qoh qoheleth koheleth eccle eccls ecl",
        "eclesiastes ecles",
    ),
    (
        "SNG",
        "so sg sos ss song songs songofsongs canticles canticle cant canticleofcanticles songofsol",
        "cantares cantar cnt ct cantardeloscantares cantardecantares cantaresdesalomon",
    ),
    ("ISA", "is isai", "isaias"),
    ("JER", "je jr jerm", "jeremias"),
    (
        "LAM",
        "la lament lamentationsofjeremiah",
        "lamentaciones lm lamentacionesdejeremias",
    ),
    ("EZK", "eze ezk ezek ezkl", "ezequiel"),
    ("DAN", "da dn dnl", "daniel"),
    ("HOS", "ho", "oseas os"),
    ("JOL", "jl joe", "joel"),
    ("AMO", "am", "amos"),
    ("OBA", "ob oba obd obadi", "abdias abd"),
    ("JON", "jnh jon", "jonas"),
    ("MIC", "mi mc", "miqueas"),
    ("NAM", "na nam", "nahum"),
    // "Hb" is Hebrews for most readers.
    ("HAB", "hbk habak habk", "habacuc"),
    ("ZEP", "zp zep zeph zph", "sofonias sof"),
    ("HAG", "hg hagg", "hageo aggeo ag"),
    ("ZEC", "zc zec zecha zch", "zacarias zac za"),
    ("MAL", "ml", "malaquias"),
    ("MAT", "mt mat mtt matth", "mateo sanmateo"),
    ("MRK", "mk mr mar mrk", "marcos sanmarcos"),
    ("LUK", "lk lu luk", "lucas sanlucas lc"),
    ("JHN", "jn jhn joh jno", "juan sanjuan"),
    (
        "ACT",
        "ac act actsoftheapostles actsofapostles",
        "hechos loshechos hch hech hechosdelosapostoles",
    ),
    ("ROM", "ro rm roms", "romanos"),
    ("1CO", "1co 1cor 1corinth", "1corintios"),
    ("2CO", "2co 2cor 2corinth", "2corintios"),
    ("GAL", "ga galat", "galatas"),
    ("EPH", "ep ephes ephs", "efesios ef"),
    ("PHP", "php pp phil philp phlp", "filipenses flp fil"),
    ("COL", "co coloss", "colosenses"),
    ("1TH", "1th 1thes 1thess 1the 1thss", "1tesalonicenses 1ts"),
    ("2TH", "2th 2thes 2thess 2the 2thss", "2tesalonicenses 2ts"),
    ("1TI", "1ti 1tm 1tim", "1timoteo"),
    ("2TI", "2ti 2tm 2tim", "2timoteo"),
    ("TIT", "ti tit tt", "tito"),
    (
        "PHM",
        "phm pm philem phlm phlmn phlmon philemn",
        "filemon flm",
    ),
    ("HEB", "hb he hbr hebr", "hebreos"),
    ("JAS", "jas jm jam ja jms", "santiago stg"),
    ("1PE", "1pe 1pt 1p 1pet 1ptr", "1pedro"),
    ("2PE", "2pe 2pt 2p 2pet 2ptr", "2pedro"),
    ("1JN", "1jn 1jhn 1jo 1joh 1j", "1juan"),
    ("2JN", "2jn 2jhn 2jo 2joh 2j", "2juan"),
    ("3JN", "3jn 3jhn 3jo 3joh 3j", "3juan"),
    ("JUD", "jud jd jde", "judas jds"),
    (
        "REV",
        "re rv revelations revelationofjohn apocalypse apoc revel rvl therevelation revelationofstjohn revelationofsaintjohn revelationofstjohnthedivine revelationofjohnthedivine revelationofjesuschrist revelationtojohn apocalypseofjohn apocalypseofstjohn",
        "apocalipsis ap apocalipsisdejuan apocalipsisdesanjuan",
    ),
];

/// Names of books outside the canon that begin or end as a name of this canon does.
pub(super) const OTHER_BOOKS: &str = "\
    1ezra 2ezra 3ezra 4ezra 5ezra 6ezra 1esdras 2esdras 3esdras 4esdras 1esd 2esd 3esd 4esd \
    3samuel 4samuel 3kings 4kings 3reyes 4reyes 3chronicles 3corinthians 3thessalonians 3timothy \
    3peter 4john psalmsofsolomon actsofjohn actsofpaul actsofpeter actsofthomas actsofandrew \
    actsofpilate testamentofjob ascensionofisaiah additionstoesther restofesther gospelofjudas \
    gospelofjames apocalypseofpeter apocalypseofpaul apocalypseofabraham apocalypseofbaruch \
    revelationofpeter ecclesiasticus ether";
