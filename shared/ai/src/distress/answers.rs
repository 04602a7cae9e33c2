//! The answers to distress: fixed sentences, and a verse quoted whole.
//!
//! The sentences follow what guidelines for safe messages have in common: name it, no blame, no argument, someone near, an
//! emergency number or a crisis line, means out of reach; for abuse a safe place, never an advice to stay or to confront.
//! Numbers are not given: they differ by country and change.

use verse_scripture::{Reference, TranslationCode, parse_references};

use super::{Distress, Help, Language};
use crate::Source;
use crate::library::{
    links::link_as, passage::verse_texts, quotation::quote_verses, sources::Sources,
};

/// An answer in three paragraphs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpTexts {
    /// Words of care.
    pub care: String,
    /// What to do now.
    pub action: String,
    /// A verse, quoted whole, with its reference.
    pub verse: String,
    /// The source shown to readers: the translation.
    pub source: String,
    /// The same, as work and licence.
    pub sources: Vec<Source>,
}

impl HelpTexts {
    /// The answer as a reply in a conversation.
    #[must_use]
    pub fn reply(&self) -> String {
        [self.care.as_str(), &self.action, &self.verse].join("\n\n")
    }
}

/// The fixed parts of an answer.
struct Sentences {
    /// No two answers begin alike: a reply is recognised by these words.
    care: &'static str,
    action: &'static str,
    verse: &'static QuotedVerse,
}

/// A verse, by its English and its Spanish name.
struct QuotedVerse {
    reference: &'static str,
    spanish: &'static str,
}

pub(super) fn write(help: Help, translation: Option<TranslationCode>) -> HelpTexts {
    let sentences = sentences(help);
    let translation =
        translation.filter(|code| code.translation().language == language_tag(help.language));
    let translation = translation.unwrap_or(match help.language {
        Language::English => TranslationCode::Web,
        Language::Spanish => TranslationCode::Srv,
    });
    let mut sources = Sources::default();
    sources.add_translation(translation.translation());
    HelpTexts {
        care: sentences.care.to_owned(),
        action: sentences.action.to_owned(),
        verse: quote(sentences.verse, help.language, translation).unwrap_or_default(),
        sources: sources.list(),
        source: sources.line(),
    }
}

/// The answer that begins a reply.
pub(super) fn recognise(reply: &str) -> Option<Help> {
    let mut all = Distress::ALL.into_iter().flat_map(|distress| {
        [
            (Language::English, false),
            (Language::English, true),
            (Language::Spanish, false),
            (Language::Spanish, true),
        ]
        .map(|(language, is_second)| Help {
            distress,
            language,
            is_second,
        })
    });
    all.find(|help| reply.starts_with(sentences(*help).care))
}

fn language_tag(language: Language) -> &'static str {
    match language {
        Language::English => "en",
        Language::Spanish => "es",
    }
}

/// `“Jesus wept.” [John 11:35](…) (World English Bible)`.
fn quote(verse: &QuotedVerse, language: Language, translation: TranslationCode) -> Option<String> {
    let reference: Reference = parse_references(verse.reference).ok()?.into_iter().next()?;
    let text = quote_verses(&verse_texts(translation, &reference).join(" "));
    let label = match language {
        Language::English => verse.reference,
        Language::Spanish => verse.spanish,
    };
    let link = link_as(label, &reference);
    let name = translation.translation().name;
    Some(format!("{text} {link} ({name})"))
}

static NEAR: QuotedVerse = QuotedVerse {
    reference: "Psalms 34:18",
    spanish: "Salmos 34:18",
};
static REFUGE: QuotedVerse = QuotedVerse {
    reference: "Psalms 46:1",
    spanish: "Salmos 46:1",
};
static HIGH_TOWER: QuotedVerse = QuotedVerse {
    reference: "Psalms 9:9",
    spanish: "Salmos 9:9",
};
static BURDENS: QuotedVerse = QuotedVerse {
    reference: "Galatians 6:2",
    spanish: "Gálatas 6:2",
};
static NOTHING_SEPARATES: QuotedVerse = QuotedVerse {
    reference: "Romans 8:38-39",
    spanish: "Romanos 8:38-39",
};
static REST: QuotedVerse = QuotedVerse {
    reference: "Matthew 11:28",
    spanish: "Mateo 11:28",
};
static TEARS: QuotedVerse = QuotedVerse {
    reference: "John 11:35",
    spanish: "Juan 11:35",
};

fn sentences(help: Help) -> Sentences {
    match help.language {
        Language::English => english(help),
        Language::Spanish => spanish(help),
    }
}

#[expect(clippy::too_many_lines, reason = "they are sentences")]
fn english(help: Help) -> Sentences {
    match (help.distress, help.is_second) {
        (Distress::Suicide, false) => Sentences {
            care: "It is good that you wrote this. It hurts more than anyone should have to bear alone, and you do not have to \
                   bear it alone. You are not a burden. Your life is worth more than this pain lets you see now.",
            action: "Please talk to someone near you now, and say it in plain words: “I am thinking of ending my life”, or “I \
                     am hurting myself”. Call your country’s emergency number or a crisis line. If you have taken something \
                     or are injured, call the emergency number first. Put out of reach whatever you could hurt yourself \
                     with, and stay where other people are until someone is with you. This is only a program and cannot come \
                     to you. A person can.",
            verse: &NEAR,
        },
        (Distress::Suicide | Distress::SuicideQuestion, true) => Sentences {
            care: "Please stay. What you feel now is real, and it can change, even if that seems impossible at this moment. It \
                   may feel as if no one cares; but there are people who do, and some of them are waiting for your call.",
            action: "If there are pills, a weapon or anything else of that kind near you, leave the room now and go to where \
                     someone is: a neighbour, a shop, a hospital. Call your country’s emergency number or a crisis line, and \
                     tell them what you wrote here. If a call is too much, send one person this message: “I am not safe. \
                     Please come.”",
            verse: &REFUGE,
        },
        (Distress::SuicideQuestion, false) => Sentences {
            care: "People ask this for different reasons. If you ask because you think of ending your own life, please do not \
                   stay alone with that: talk to someone near you now, and call your country’s emergency number or a crisis \
                   line. You are not a burden, and there is help for what hurts so much.",
            action: "If you ask because you lost someone in this way: it is not your fault, and your sorrow needs no excuse. No \
                     verse of the Bible says that God cannot forgive it. This is said to comfort those who mourn. It is never \
                     a reason to die.",
            verse: &NOTHING_SEPARATES,
        },
        (Distress::SuicideOfAnother, false) => Sentences {
            care: "You are right to take this seriously, and it is good that you do not keep it to yourself. To ask someone \
                   about suicide does not put the thought into their mind. Often it is a relief to be asked.",
            action: "If it may happen soon, do not leave them alone, and call your country’s emergency number. A crisis line \
                     also helps those who fear for someone else. Ask them directly, listen without argument, put out of reach \
                     what they could hurt themselves with, and bring in someone who can be with them. You do not have to carry \
                     this alone, and it is not your fault.",
            verse: &BURDENS,
        },
        (Distress::SuicideOfAnother, true) => Sentences {
            care: "It is hard to be afraid for someone you love. You do right not to look away.",
            action: "If they are in danger at this moment, call your country’s emergency number, and stay with them or ask \
                     someone near them to stay. A crisis line can tell you what to do next, step by step. Do not promise to \
                     keep it secret. And tell one person what you are carrying: you need someone, too.",
            verse: &REFUGE,
        },
        (Distress::Abuse, false) => Sentences {
            care: "This is wrong, and it is not your fault. Nothing that you said or did gives anyone the right to hurt you. It \
                   was brave to put it into words.",
            action: "If you are in danger now, get to a safe place if you can, and call your country’s emergency number. Then \
                     tell someone you trust, such as a friend, a doctor or a teacher, or call a helpline for people who are \
                     being hurt. They can help you to plan, at your own pace. If you are young, tell an adult, and tell \
                     another one if the first does not help. You do not have to stay where you are harmed; your safety comes \
                     first. If someone could look at this device, close this page when you have read it.",
            verse: &HIGH_TOWER,
        },
        (Distress::Abuse, true) => Sentences {
            care: "It is still not your fault, and you deserve to be believed. There is help, even if you asked for it before \
                   and did not get it.",
            action: "If the one who hurts you is near or coming back, go to where other people are, and call your country’s \
                     emergency number. Choose one person to tell today. A helpline can tell you where there is a safe place, \
                     and what you can do about children, money and papers. If you are injured, see a doctor, also when it \
                     does not look bad.",
            verse: &REFUGE,
        },
        (Distress::AbuseOfAnother, false) => Sentences {
            care: "It is good that you see this and do not look away. It is not their fault, and it is not yours.",
            action: "If someone is in danger now, call your country’s emergency number and say where. Do not step between them \
                     and do not confront the one who does it: that can make it worse. For a child, call the service in your \
                     country that protects children, or the police. An adult you can tell, when the two of you are alone, \
                     that you believe them and that there are helplines and safe places; let them choose the pace.",
            verse: &HIGH_TOWER,
        },
        (Distress::AbuseOfAnother, true) => Sentences {
            care: "You cannot carry this alone, and you do not have to. What happens there is not your fault.",
            action: "A helpline for people who are being hurt also advises those who fear for someone. Ask it what to do next. \
                     If it happens at this moment, call your country’s emergency number from a place where you are safe \
                     yourself.",
            verse: &REFUGE,
        },
        (Distress::Grief, false) => Sentences {
            care: "What a great loss. No words make it small, and none have to. Your sorrow is love, and it is no lack of \
                   faith: Jesus wept at the grave of his friend.",
            action: "There is no hurry, and no right way to mourn. Let someone be with you today, and let them do small things \
                     for you: a meal, a call, an hour of quiet company. If you do not want to live any more, or are afraid to \
                     be alone, call your country’s emergency number or a crisis line now.",
            verse: &NEAR,
        },
        (Distress::Grief, true) => Sentences {
            care: "You may cry, be angry, or feel nothing at all. None of it is wrong, and none of it has to end soon.",
            action: "You need not be strong now. Tell one person how today is: a friend, a doctor, your minister, or a group of \
                     people who have lost someone, too. Eat a little, and rest if you can. If the pain becomes too much to \
                     bear, call your country’s emergency number or a crisis line.",
            verse: &TEARS,
        },
        (Distress::Despair, false) => Sentences {
            care: "It is good that you wrote this. What you carry is heavy, and to be worn out by it is no failure and no lack \
                   of faith. You are not a burden.",
            action: "Please tell someone near you today how bad it is, and let them help you with the next small step. A doctor \
                     can help with this as with any illness. If you do not want to live any more, or cannot keep yourself \
                     safe, call your country’s emergency number or a crisis line now.",
            verse: &REST,
        },
        (Distress::Despair, true) => Sentences {
            care: "You do not have to see the whole way today. It is enough to get through the next hour, and not to do it \
                   alone.",
            action: "Write or call one person now, with the simplest words: “I am not well. Can you come?” If there is no one \
                     you can call, a crisis line is there for exactly this. If you think of dying, please call your country’s \
                     emergency number or a crisis line at once.",
            verse: &REFUGE,
        },
    }
}

#[expect(clippy::too_many_lines, reason = "they are sentences")]
fn spanish(help: Help) -> Sentences {
    match (help.distress, help.is_second) {
        (Distress::Suicide, false) => Sentences {
            care: "Qué bueno que lo escribiste. Duele más de lo que nadie debería cargar a solas, y no tienes que cargarlo a \
                   solas. No eres una carga. Tu vida vale más de lo que este dolor te deja ver ahora.",
            action: "Por favor, habla ahora con alguien que esté cerca de ti y dilo con palabras claras: «Estoy pensando en \
                     quitarme la vida», o «Me estoy haciendo daño». Llama al número de emergencias de tu país o a una línea de \
                     ayuda en crisis. Si tomaste algo o tienes una herida, llama primero al número de emergencias. Aleja de ti \
                     todo lo que pueda hacerte daño y quédate donde haya gente hasta que alguien te acompañe. Esto es solo un \
                     programa y no puede ir a tu lado. Una persona sí puede.",
            verse: &NEAR,
        },
        (Distress::Suicide | Distress::SuicideQuestion, true) => Sentences {
            care: "Por favor, quédate. Lo que sientes ahora es real, y puede cambiar, aunque en este momento parezca imposible. \
                   Tal vez sientas que a nadie le importas; pero hay personas a quienes sí, y algunas esperan tu llamada.",
            action: "Si tienes cerca pastillas, un arma u otra cosa así, sal ahora de la habitación y ve a donde haya alguien: \
                     un vecino, una tienda, un hospital. Llama al número de emergencias de tu país o a una línea de ayuda en \
                     crisis y cuenta lo que escribiste aquí. Si llamar es demasiado, envía a una persona este mensaje: «No \
                     estoy a salvo. Ven, por favor».",
            verse: &REFUGE,
        },
        (Distress::SuicideQuestion, false) => Sentences {
            care: "Esto se pregunta por motivos distintos. Si lo preguntas porque piensas en quitarte la vida, por favor, no te \
                   quedes a solas con eso: habla ahora con alguien que esté cerca de ti y llama al número de emergencias de tu \
                   país o a una línea de ayuda en crisis. No eres una carga, y hay ayuda para lo que duele tanto.",
            action: "Si lo preguntas porque perdiste así a alguien: no es culpa tuya, y tu dolor no necesita excusa. Ningún \
                     versículo de la Biblia dice que Dios no pueda perdonarlo. Se dice para consuelo de quienes están de luto. \
                     Nunca es una razón para morir.",
            verse: &NOTHING_SEPARATES,
        },
        (Distress::SuicideOfAnother, false) => Sentences {
            care: "Haces bien en tomarlo en serio, y qué bueno que no te lo guardas. Preguntarle a alguien por el suicidio no le \
                   mete la idea en la cabeza. Muchas veces es un alivio que se lo pregunten.",
            action: "Si puede pasar pronto, no dejes a esa persona a solas y llama al número de emergencias de tu país. Una línea \
                     de ayuda en crisis también orienta a quien teme por otra persona. Pregúntale directamente, escucha sin \
                     discutir, aleja lo que pueda usar para hacerse daño y busca a alguien que pueda acompañarla. No tienes que \
                     cargar con esto a solas, y no es culpa tuya.",
            verse: &BURDENS,
        },
        (Distress::SuicideOfAnother, true) => Sentences {
            care: "Es duro temer por alguien a quien quieres. Haces bien en no mirar a otro lado.",
            action: "Si corre peligro en este momento, llama al número de emergencias de tu país y quédate a su lado, o pide a \
                     alguien cercano que se quede. Una línea de ayuda en crisis puede decirte qué hacer, paso a paso. No \
                     prometas guardar el secreto. Y cuéntale a una persona lo que llevas encima: tú también necesitas a \
                     alguien.",
            verse: &REFUGE,
        },
        (Distress::Abuse, false) => Sentences {
            care: "Esto está mal, y no es culpa tuya. Nada de lo que dijiste o hiciste le da a nadie el derecho de hacerte daño. \
                   Hizo falta valor para ponerlo en palabras.",
            action: "Si estás en peligro ahora, ve a un lugar seguro si puedes y llama al número de emergencias de tu país. \
                     Después cuéntaselo a alguien de confianza, como una amistad, una doctora o un maestro, o llama a una línea \
                     de ayuda para personas que sufren violencia. Allí te ayudan a pensar los pasos, a tu ritmo. Si eres menor, \
                     díselo a una persona adulta, y a otra si la primera no te ayuda. No tienes que quedarte donde te hacen \
                     daño; tu seguridad va primero. Si alguien puede mirar este dispositivo, cierra esta página cuando la hayas \
                     leído.",
            verse: &HIGH_TOWER,
        },
        (Distress::Abuse, true) => Sentences {
            care: "Sigue sin ser culpa tuya, y mereces que te crean. Hay ayuda, aunque ya la hayas pedido y no te la hayan dado.",
            action: "Si quien te hace daño está cerca o va a volver, ve a donde haya gente y llama al número de emergencias de tu \
                     país. Elige hoy a una persona y cuéntaselo. Una línea de ayuda puede decirte dónde hay un lugar seguro y qué \
                     hacer con los hijos, el dinero y los papeles. Si tienes heridas, ve al médico aunque no parezcan graves.",
            verse: &REFUGE,
        },
        (Distress::AbuseOfAnother, false) => Sentences {
            care: "Qué bueno que lo ves y no miras a otro lado. No es culpa de quien lo sufre, ni tuya.",
            action: "Si alguien está en peligro ahora, llama al número de emergencias de tu país y di dónde. No te pongas en medio \
                     ni te enfrentes a quien lo hace: puede empeorarlo. Si es un menor, llama al servicio de protección de la \
                     infancia de tu país o a la policía. A una persona adulta puedes decirle, cuando estén a solas, que le crees \
                     y que hay líneas de ayuda y lugares seguros; que ella elija el ritmo.",
            verse: &HIGH_TOWER,
        },
        (Distress::AbuseOfAnother, true) => Sentences {
            care: "No puedes cargar con esto a solas, y no tienes que hacerlo. Lo que pasa allí no es culpa tuya.",
            action: "Una línea de ayuda para personas que sufren violencia también orienta a quien teme por otra persona. Pregunta \
                     allí cuál es el siguiente paso. Si está pasando en este momento, llama al número de emergencias de tu país \
                     desde un lugar donde tú no corras peligro.",
            verse: &REFUGE,
        },
        (Distress::Grief, false) => Sentences {
            care: "Qué pérdida tan grande. No hay palabras que la hagan pequeña, ni hace falta que las haya. Tu dolor es amor, y \
                   no es falta de fe: Jesús lloró ante la tumba de su amigo.",
            action: "No hay prisa, ni una manera correcta de llorar a alguien. Deja que hoy alguien te acompañe y haga por ti cosas \
                     pequeñas: una comida, una llamada, una hora de compañía callada. Si ya no quieres vivir, o te da miedo \
                     quedarte a solas, llama ahora al número de emergencias de tu país o a una línea de ayuda en crisis.",
            verse: &NEAR,
        },
        (Distress::Grief, true) => Sentences {
            care: "Puedes llorar, enojarte o no sentir nada. Nada de eso está mal, y nada de eso tiene que terminar pronto.",
            action: "No tienes que ser fuerte ahora. Cuéntale a una persona cómo va el día: una amistad, un médico, tu pastor o \
                     sacerdote, o un grupo de personas que también perdieron a alguien. Come un poco y descansa si puedes. Si el \
                     dolor se vuelve demasiado, llama al número de emergencias de tu país o a una línea de ayuda en crisis.",
            verse: &TEARS,
        },
        (Distress::Despair, false) => Sentences {
            care: "Qué bueno que lo dices. Lo que llevas pesa mucho, y que te agote no es un fracaso ni una falta de fe. No eres una \
                   carga.",
            action: "Por favor, cuéntale hoy a alguien cercano lo mal que estás y deja que te ayude con el siguiente paso, por \
                     pequeño que sea. Un médico puede ayudar con esto como con cualquier enfermedad. Si ya no quieres vivir, o no \
                     puedes mantenerte a salvo, llama ahora al número de emergencias de tu país o a una línea de ayuda en crisis.",
            verse: &REST,
        },
        (Distress::Despair, true) => Sentences {
            care: "No tienes que ver hoy todo el camino. Basta con pasar la próxima hora, y no pasarla a solas.",
            action: "Escribe o llama ahora a una persona, con las palabras más sencillas: «No estoy bien. ¿Puedes venir?». Si no \
                     tienes a quién llamar, una línea de ayuda en crisis está justo para esto. Si piensas en morir, por favor, \
                     llama enseguida al número de emergencias de tu país o a una línea de ayuda en crisis.",
            verse: &REFUGE,
        },
    }
}
