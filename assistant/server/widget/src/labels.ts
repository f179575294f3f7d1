/** Every label of the controls, in one table: English, Spanish, French, German. `{name}` is filled in. */

export const LANGUAGES = ["en", "es", "fr", "de"] as const;
export type Language = (typeof LANGUAGES)[number];
type Row = readonly [en: string, es: string, fr: string, de: string];

const TABLE = {
  ask: ["Ask a question", "Haz una pregunta", "Poser une question", "Frage stellen"],
  assistant: ["Assistant", "Asistente", "Assistant", "Assistent"],
  titled: ["{name} assistant", "Asistente de {name}", "Assistant {name}", "Assistent von {name}"],
  notDoctor: ["I'm an AI assistant, not a doctor.", "Soy un asistente de IA, no un médico.", "Je suis un assistant IA, pas un médecin.", "Ich bin ein KI-Assistent, kein Arzt."],
  general: ["General information from the clinic's guide.", "Información general de la guía de la clínica.", "Informations générales issues du guide de la clinique.", "Allgemeine Informationen aus dem Ratgeber der Praxis."],
  hello: ["Hello! What would you like to know?", "¡Hola! ¿Qué te gustaría saber?", "Bonjour ! Que souhaitez-vous savoir ?", "Hallo! Was möchten Sie wissen?"],
  close: ["Close chat", "Cerrar el chat", "Fermer la discussion", "Chat schließen"],
  menu: ["Chat options", "Opciones del chat", "Options de la discussion", "Chat-Optionen"],
  back: ["Back to the chat", "Volver al chat", "Retour à la discussion", "Zurück zum Chat"],
  restart: ["Start again", "Empezar de nuevo", "Recommencer", "Neu beginnen"],
  forget: ["Delete my chat", "Borrar mi chat", "Supprimer ma discussion", "Meinen Chat löschen"],
  forgetAsk: ["Delete this chat here and at the clinic? This cannot be undone.", "¿Borrar este chat aquí y en la clínica? No se puede deshacer.", "Supprimer cette discussion ici et à la clinique ? C'est définitif.", "Diesen Chat hier und in der Praxis löschen? Das lässt sich nicht rückgängig machen."],
  forgetYes: ["Delete it", "Borrarlo", "Supprimer", "Löschen"],
  forgetNo: ["Keep it", "Conservarlo", "Conserver", "Behalten"],
  forgotten: ["Your chat is deleted.", "Tu chat se ha borrado.", "Votre discussion est supprimée.", "Ihr Chat ist gelöscht."],
  forgetFailed: ["The clinic's copy could not be deleted yet. Please try again.", "Aún no se ha podido borrar la copia de la clínica. Inténtalo de nuevo.", "La copie de la clinique n'a pas pu être supprimée. Réessayez.", "Die Kopie der Praxis konnte noch nicht gelöscht werden. Bitte erneut versuchen."],
  restarted: ["New chat started.", "Chat nuevo.", "Nouvelle discussion.", "Neuer Chat begonnen."],
  thread: ["Conversation", "Conversación", "Conversation", "Unterhaltung"],
  you: ["You", "Tú", "Vous", "Sie"],
  message: ["Your question", "Tu pregunta", "Votre question", "Ihre Frage"],
  placeholder: ["Type your question…", "Escribe tu pregunta…", "Écrivez votre question…", "Ihre Frage …"],
  send: ["Send", "Enviar", "Envoyer", "Senden"],
  tooLong: ["{count} characters too many", "{count} caracteres de más", "{count} caractères en trop", "{count} Zeichen zu viel"],
  starters: ["Questions to start with", "Preguntas para empezar", "Questions pour commencer", "Fragen für den Anfang"],
  replies: ["Suggested replies", "Respuestas sugeridas", "Réponses proposées", "Antwortvorschläge"],
  thinking: ["Looking in the guide…", "Buscando en la guía…", "Recherche dans le guide…", "Suche im Ratgeber …"],
  newest: ["Newest", "Lo último", "Dernier message", "Neueste"],
  offline: ["You are offline. Your question is sent when the connection is back.", "Sin conexión. Tu pregunta se enviará cuando vuelva.", "Hors ligne. Votre question partira au retour de la connexion.", "Keine Verbindung. Ihre Frage wird gesendet, sobald sie wieder da ist."],
  waiting: ["Waiting for the connection", "Esperando la conexión", "En attente de connexion", "Wartet auf Verbindung"],
  dropped: ["The connection was lost before the answer was complete.", "La conexión se perdió antes de completar la respuesta.", "La connexion a été perdue avant la fin de la réponse.", "Die Verbindung brach ab, bevor die Antwort vollständig war."],
  unreachable: ["The assistant could not be reached.", "No se ha podido contactar con el asistente.", "L'assistant est injoignable.", "Der Assistent ist nicht erreichbar."],
  busy: ["Too many questions at once. Please wait a moment.", "Demasiadas preguntas a la vez. Espera un momento.", "Trop de questions à la fois. Patientez un instant.", "Zu viele Fragen auf einmal. Bitte kurz warten."],
  retry: ["Try again", "Reintentar", "Réessayer", "Erneut versuchen"],
  blocked: ["The chat cannot run on this page.", "El chat no puede funcionar en esta página.", "La discussion ne peut pas fonctionner sur cette page.", "Der Chat kann auf dieser Seite nicht laufen."],
  book: ["Contact the clinic", "Contactar con la clínica", "Contacter la clinique", "Praxis kontaktieren"],
  ownPage: ["Open the assistant on its own page", "Abrir el asistente en su propia página", "Ouvrir l'assistant dans sa propre page", "Assistent auf eigener Seite öffnen"],
  newTab: ["(opens in a new tab)", "(se abre en otra pestaña)", "(nouvel onglet)", "(öffnet in neuem Tab)"],
  copy: ["Copy answer", "Copiar respuesta", "Copier la réponse", "Antwort kopieren"],
  copied: ["Copied", "Copiado", "Copié", "Kopiert"],
  copyFailed: ["Copying is not allowed here", "Aquí no se permite copiar", "Copie impossible ici", "Kopieren ist hier nicht erlaubt"],
  helpful: ["Helpful", "Útil", "Utile", "Hilfreich"],
  unhelpful: ["Not helpful", "No útil", "Pas utile", "Nicht hilfreich"],
  feedbackAsk: ["Thank you. Anything to add? (optional)", "Gracias. ¿Algo que añadir? (opcional)", "Merci. Un commentaire ? (facultatif)", "Danke. Möchten Sie etwas ergänzen? (freiwillig)"],
  feedbackSend: ["Send comment", "Enviar comentario", "Envoyer", "Kommentar senden"],
  feedbackDone: ["Thank you, noted.", "Gracias, anotado.", "Merci, c'est noté.", "Danke, notiert."],
  feedbackFailed: ["That could not be saved. Please try again.", "No se ha podido guardar. Inténtalo de nuevo.", "Enregistrement impossible. Réessayez.", "Das ließ sich nicht speichern. Bitte erneut versuchen."],
  sources: ["From the guide", "De la guía", "Extraits du guide", "Aus dem Ratgeber"],
  source: ["Source {number}", "Fuente {number}", "Source {number}", "Quelle {number}"],
  openPassage: ["Open this passage", "Abrir este pasaje", "Ouvrir ce passage", "Diese Stelle öffnen"],
  check: ["One thing to check", "Una comprobación", "Un point à vérifier", "Eine Rückfrage"],
  refer: ["Worth seeing a professional", "Conviene ver a un profesional", "Mieux vaut consulter", "Das gehört in fachliche Hände"],
  urgentNow: ["Urgent: get help now", "Urgente: busca ayuda ahora", "Urgent : demandez de l'aide maintenant", "Dringend: jetzt Hilfe holen"],
  urgentToday: ["Urgent: see a doctor today", "Urgente: ve al médico hoy", "Urgent : voyez un médecin aujourd'hui", "Dringend: heute ärztlich abklären"],
  because: ["Because you wrote:", "Porque has escrito:", "Parce que vous avez écrit :", "Weil Sie geschrieben haben:"],
  exercises: ["Exercises", "Ejercicios", "Exercices", "Übungen"],
  why: ["Why it helps", "Por qué ayuda", "Pourquoi c'est utile", "Warum sie hilft"],
  how: ["How to do it", "Cómo hacerlo", "Comment faire", "So geht es"],
  dose: ["How much", "Cuánto", "Combien", "Wie viel"],
  start: ["Start guided routine", "Empezar rutina guiada", "Lancer la séance guidée", "Geführte Übung starten"],
  formTitle: ["Talk to the clinic", "Habla con la clínica", "Parler à la clinique", "Mit der Praxis sprechen"],
  formIntro: ["Leave your details and the clinic gets back to you.", "Deja tus datos y la clínica te responderá.", "Laissez vos coordonnées, la clinique vous répond.", "Hinterlassen Sie Ihre Daten, die Praxis meldet sich."],
  topic: ["What would you like?", "¿Qué necesitas?", "Que souhaitez-vous ?", "Worum geht es?"],
  call_back: ["A call back", "Que me llamen", "Être rappelé", "Rückruf"],
  discovery_call: ["A free discovery call", "Una llamada informativa gratuita", "Un appel découverte gratuit", "Ein kostenloses Erstgespräch"],
  cost_availability: ["Cost and availability", "Precio y disponibilidad", "Tarifs et disponibilités", "Kosten und Termine"],
  name: ["Your name", "Tu nombre", "Votre nom", "Ihr Name"],
  nameBad: ["Please write your name.", "Escribe tu nombre.", "Indiquez votre nom.", "Bitte geben Sie Ihren Namen an."],
  contact: ["Phone or email", "Teléfono o correo", "Téléphone ou e-mail", "Telefon oder E-Mail"],
  contactBad: ["Please give a phone number or an email address, such as 555 0142 100 or you@example.org.", "Escribe un teléfono o un correo, como 555 0142 100 o tu@example.org.", "Indiquez un téléphone ou un e-mail, par exemple 555 0142 100 ou vous@example.org.", "Bitte Telefonnummer oder E-Mail angeben, etwa 555 0142 100 oder sie@example.org."],
  about: ["What is it about? (optional)", "¿De qué se trata? (opcional)", "De quoi s'agit-il ? (facultatif)", "Worum geht es genau? (freiwillig)"],
  time: ["Best time to reach you (optional)", "Mejor momento (opcional)", "Meilleur moment (facultatif)", "Beste Zeit (freiwillig)"],
  timeHint: ["for example weekday mornings", "por ejemplo, mañanas entre semana", "par exemple en semaine le matin", "zum Beispiel werktags vormittags"],
  consent: ["The clinic may use these details to contact me.", "La clínica puede usar estos datos para contactarme.", "La clinique peut utiliser ces données pour me contacter.", "Die Praxis darf mich mit diesen Angaben kontaktieren."],
  privacy: ["Privacy notice", "Aviso de privacidad", "Politique de confidentialité", "Datenschutzhinweise"],
  consentBad: ["Please tick this box so that the clinic may contact you.", "Marca esta casilla para que la clínica pueda contactarte.", "Cochez cette case pour que la clinique puisse vous contacter.", "Bitte ankreuzen, damit die Praxis Sie kontaktieren darf."],
  along: ["Send what I wrote in this chat along", "Enviar también lo que he escrito en este chat", "Joindre ce que j'ai écrit dans cette discussion", "Meine Nachrichten aus diesem Chat mitsenden"],
  alongHead: ["What I wrote in the chat:", "Lo que escribí en el chat:", "Ce que j'ai écrit dans la discussion :", "Was ich im Chat geschrieben habe:"],
  formSend: ["Send request", "Enviar solicitud", "Envoyer la demande", "Anfrage senden"],
  formSending: ["Sending…", "Enviando…", "Envoi…", "Wird gesendet …"],
  formFailed: ["Not sent yet. Your details are still here; please try again.", "Aún no se ha enviado. Tus datos siguen aquí; inténtalo de nuevo.", "Pas encore envoyé. Vos données sont conservées ; réessayez.", "Noch nicht gesendet. Ihre Angaben sind noch da; bitte erneut versuchen."],
  formFix: ["Please look at the marked fields.", "Revisa los campos marcados.", "Vérifiez les champs signalés.", "Bitte prüfen Sie die markierten Felder."],
  formDone: ["Your request has arrived", "Tu solicitud ha llegado", "Votre demande est arrivée", "Ihre Anfrage ist angekommen"],
  formDoneText: ["The clinic has it and will contact you at {contact}.", "La clínica la tiene y te contactará en {contact}.", "La clinique l'a reçue et vous contactera : {contact}.", "Die Praxis hat sie und meldet sich unter {contact}."],
} as const satisfies Record<string, Row>;

/** The rows that only the figures, the plan and the routine need; they travel in the second file. */
const EXTRA = {
  plan: ["Weekly plan", "Plan semanal", "Plan de la semaine", "Wochenplan"],
  day: ["Day", "Día", "Jour", "Tag"],
  run: ["Run", "Carrera", "Course", "Lauf"],
  work: ["Back work", "Trabajo de espalda", "Travail du dos", "Rückentraining"],
  minutes: ["{range} min", "{range} min", "{range} min", "{range} Min."],
  calendar: ["Add to calendar", "Añadir al calendario", "Ajouter à l'agenda", "In den Kalender"],
  days: ["Mon,Tue,Wed,Thu,Fri,Sat,Sun", "lun,mar,mié,jue,vie,sáb,dom", "lun,mar,mer,jeu,ven,sam,dim", "Mo,Di,Mi,Do,Fr,Sa,So"],
  run_easy: ["easy", "suave", "facile", "locker"],
  run_long: ["long", "larga", "longue", "lang"],
  run_speed: ["speed", "velocidad", "vitesse", "Tempo"],
  run_rest: ["rest", "descanso", "repos", "Ruhe"],
  "run_cross-training": ["cross-training", "entreno cruzado", "entraînement croisé", "Alternativtraining"],
  work_after: ["after the run", "después de correr", "après la course", "nach dem Lauf"],
  "work_warm-up": ["as warm-up", "calentamiento", "échauffement", "zum Aufwärmen"],
  work_recovery: ["gentle mobility", "movilidad suave", "mobilité douce", "sanfte Mobilität"],
  "work_cross-training": ["cross-training", "entreno cruzado", "entraînement croisé", "Alternativtraining"],
  pauseFigure: ["Pause the picture", "Pausar la imagen", "Mettre l'image en pause", "Bild anhalten"],
  playFigure: ["Play the picture", "Reproducir la imagen", "Lire l'image", "Bild abspielen"],
  figureStart: ["Start", "Inicio", "Début", "Anfang"],
  figureEnd: ["End", "Final", "Fin", "Ende"],
  figureAlt: ["{name}, moving figure. {steps}", "{name}, figura en movimiento. {steps}", "{name}, figure animée. {steps}", "{name}, bewegte Figur. {steps}"],
  routine: ["Guided routine", "Rutina guiada", "Séance guidée", "Geführte Übung"],
  routineReady: ["Move gently and stay within what feels comfortable.", "Muévete con suavidad y sin molestias.", "Bougez en douceur, sans forcer.", "Bewegen Sie sich sanft und ohne Beschwerden."],
  setsChoice: ["Sets", "Series", "Séries", "Sätze"],
  begin: ["Begin", "Empezar", "Commencer", "Los geht's"],
  pause: ["Pause", "Pausa", "Pause", "Pause"],
  resume: ["Resume", "Continuar", "Reprendre", "Weiter"],
  next: ["Next", "Siguiente", "Suivant", "Weiter"],
  previous: ["Previous", "Anterior", "Précédent", "Zurück"],
  skipRest: ["Skip rest", "Saltar descanso", "Passer le repos", "Pause überspringen"],
  setOf: ["Set {n} of {of}", "Serie {n} de {of}", "Série {n} sur {of}", "Satz {n} von {of}"],
  left: ["Left side", "Lado izquierdo", "Côté gauche", "Linke Seite"],
  right: ["Right side", "Lado derecho", "Côté droit", "Rechte Seite"],
  sideFirst: ["First side", "Primer lado", "Premier côté", "Erste Seite"],
  sideSecond: ["Other side", "Otro lado", "Autre côté", "Andere Seite"],
  rest: ["Rest", "Descanso", "Repos", "Pause"],
  upNext: ["Next: {name}", "Siguiente: {name}", "Ensuite : {name}", "Als Nächstes: {name}"],
  reps: ["of {of} reps", "de {of} repeticiones", "sur {of} répétitions", "von {of} Wdh."],
  repsInTurn: ["of {of}, {side} per side", "de {of}, {side} por lado", "sur {of}, {side} par côté", "von {of}, {side} je Seite"],
  seconds: ["seconds", "segundos", "secondes", "Sekunden"],
  setDone: ["Set done", "Serie hecha", "Série finie", "Satz fertig"],
  exerciseOf: ["Exercise {n} of {of}", "Ejercicio {n} de {of}", "Exercice {n} sur {of}", "Übung {n} von {of}"],
  hurts: ["It hurts", "Me duele", "J'ai mal", "Es tut weh"],
  hurtsMessage: ["I stopped the guided routine: it hurts when I do {name}.", "He parado la rutina guiada: me duele al hacer {name}.", "J'ai arrêté la séance guidée : j'ai mal pendant {name}.", "Ich habe die geführte Übung abgebrochen: Es tut weh bei {name}."],
  speak: ["Spoken cues", "Indicaciones por voz", "Consignes vocales", "Ansagen"],
  finished: ["Routine finished", "Rutina terminada", "Séance terminée", "Übung beendet"],
  finishedText: ["Well done. That was {count}.", "Bien hecho. Has hecho {count}.", "Bravo. Vous avez fait {count}.", "Gut gemacht. Das waren {count}."],
  countExercises: ["{n} exercises", "{n} ejercicios", "{n} exercices", "{n} Übungen"],
  countExercise: ["1 exercise", "1 ejercicio", "1 exercice", "1 Übung"],
} as const satisfies Record<string, Row>;

export type LabelKey = keyof typeof TABLE;
export type ExtraKey = keyof typeof EXTRA;
export type Values = Record<string, string | number>;
export type Translate = (key: LabelKey, values?: Values) => string;
export type TranslateAll = (key: LabelKey | ExtraKey, values?: Values) => string;

export const rows = (): [string, Row][] => Object.entries({ ...TABLE, ...EXTRA });

/** Say whether `key` stands among the second file's rows: kinds of run and of work come from the server. */
export const isExtraLabel = (key: string): key is ExtraKey => Object.prototype.hasOwnProperty.call(EXTRA, key);

function say(row: Row, language: Language, values: Values): string {
  return (row[LANGUAGES.indexOf(language)] ?? row[0]).replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in values ? String(values[name]) : whole,
  );
}

export function translator(language: Language): Translate {
  return (key, values = {}) => say(TABLE[key], language, values);
}

/** The second file's translator: its own rows, and `core` for the others. */
export function extraTranslator(language: Language, core: Translate): TranslateAll {
  return (key, values = {}) => (isExtraLabel(key) ? say(EXTRA[key], language, values) : core(key, values));
}

/** The first of the wished languages that the table has; English if none. */
export function pickLanguage(...wished: (string | null | undefined)[]): Language {
  for (const wish of wished) {
    const found = LANGUAGES.find((language) => (wish ?? "").toLowerCase().split("-")[0] === language);
    if (found) return found;
  }
  return "en";
}
