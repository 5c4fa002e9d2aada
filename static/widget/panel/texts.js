// Every word of the panel, Polish and English side by side, of which the server sends one. Polish does not guess anybody's gender.
const TEXTS = {
  dialog: ["Czat z firmą {name}", "Chat with {name}"],
  close: ["Zamknij czat", "Close chat"],
  greeting: ["Masz pytania? Napisz do nas.", "Any questions? Write to us."],
  present_one: ["{names} jest teraz online.", "{names} is online."],
  present_few: ["{names} są teraz online.", "{names} are online."],
  presentNobody: ["Odpowiemy tu, na czacie.", "We will answer here, in the chat."],
  conversation: ["Rozmowa", "Conversation"],
  message: ["Wiadomość", "Message"],
  placeholder: ["Napisz wiadomość…", "Write a message…"],
  send: ["Wyślij", "Send"],
  smile: ["Wstaw emoji", "Insert emoji"],
  clip: ["Dołącz plik", "Attach a file"],
  menu: ["Menu", "Menu"],
  you: ["Ty", "You"],
  waiting: ["Szukamy wolnej osoby", "Finding someone for you"],
  waitingOffline: ["Odpiszemy, gdy wrócimy", "We will answer when we are back"],
  online: ["Online", "Online"],
  closed: ["Rozmowa zakończona", "Conversation closed"],
  connecting: ["Łączymy…", "Connecting…"],
  botAnswers: ["Odpowiada automat", "A bot answers"],
  people: ["Porozmawiaj z człowiekiem", "Talk to a person"],
  askPeople: ["Chcę porozmawiać z człowiekiem.", "I would like to talk to a person."],
  answered: ["{name} dołącza do rozmowy", "{name} joined the conversation"],
  transferred: ["Rozmowę przejmuje {text}", "{text} takes over the conversation"],
  transferredAway: ["Rozmowa przekazana innej osobie", "The conversation was passed on to somebody else"],
  ended: ["Rozmowa zakończona o {time}", "Conversation closed at {time}"],
  reopened: ["Rozmowa wznowiona", "Conversation reopened"],
  writeAgain: ["Napisz, aby rozpocząć nową rozmowę.", "Write again to start a new one."],
  typing: ["{name} pisze…", "{name} is typing…"],
  notYet: ["Jeszcze niewysłana", "Not sent yet"],
  sending: ["Wysyłanie…", "Sending…"],
  sent: ["Wysłano {time}", "Sent {time}"],
  read: ["Odczytano {time}", "Read {time}"],
  held_one: ["{n} wiadomość czeka na połączenie", "{n} message waits for the connection"],
  held_few: ["{n} wiadomości czekają na połączenie", "{n} messages wait for the connection"],
  held_many: ["{n} wiadomości czeka na połączenie", "{n} messages wait for the connection"],
  failed: ["Nie wysłano", "Not sent"],
  retry: ["Spróbuj ponownie", "Try again"],
  remove: ["Usuń", "Delete"],
  newer: ["Nowe wiadomości", "New messages"],
  today: ["Dziś, {day}", "Today, {day}"],
  yesterday: ["Wczoraj, {day}", "Yesterday, {day}"],
  lost: ["Brak połączenia. Wiadomości czekają.", "No connection. Messages wait."],
  lostIn: ["Brak połączenia. Łączymy ponownie za {n} s, wiadomości czekają.", "No connection. Trying again in {n} s; messages wait."],
  reconnect: ["Połącz", "Connect"],
  back: ["Połączono.", "Connected."],
  backSent: ["Połączono. Wszystko wysłane.", "Connected. Everything is sent."],
  tooFast: ["Za dużo wiadomości naraz. Kolejną można wysłać za {n} s.", "Too many messages at once. You can send the next one in {n} s."],
  tooLong: ["Wiadomość jest za długa: {n} z 10 000 znaków.", "The message is too long: {n} of 10,000 characters."],
  letterTitle: ["Nie ma nas teraz, ale odpiszemy", "We are away, but we will answer"],
  letterLead: ["Zostaw wiadomość. Odpowiedź przyjdzie na podany adres.", "Leave a message. The answer will come to your address."],
  email: ["E-mail", "E-mail"],
  name: ["Imię (opcjonalnie)", "Name (optional)"],
  letterSend: ["Wyślij wiadomość", "Send message"],
  needEmail: ["Podaj adres, na który mamy odpisać.", "Give the address we should answer to."],
  badEmail: ["To nie wygląda na adres e-mail, np. anna@example.com.", "This does not look like an e-mail address, such as anna@example.com."],
  needText: ["Napisz, w czym możemy pomóc.", "Write what we can help you with."],
  letterFailed: ["Nie udało się wysłać. Nic nie zginęło, spróbuj ponownie.", "It was not sent. Nothing is lost, try again."],
  doneTitle: ["Wiadomość jest u nas", "We have your message"],
  doneText: ["Odpiszemy na {email}.", "We will answer to {email}."],
  more: ["Dopisz coś jeszcze", "Add something"],
  leave: ["Zostaw wiadomość", "Leave a message"],
  goneTitle: ["Czat jest niedostępny", "The chat is not available"],
  goneText: ["Na tej stronie nie działa już czat.", "The chat no longer works on this page."],
};

const locale = document.documentElement.lang === "pl" ? "pl" : "en-GB";

// The words of what comes on its first use.
export const learn = (texts) => Object.assign(TEXTS, texts);

export function t(key, values = {}) {
  return TEXTS[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// "1 wiadomość", "2 wiadomości": the form that the number asks for.
export function plural(key, n, values) {
  const form = new Intl.PluralRules(locale).select(n);
  const known = [form, "few"].map((each) => `${key}_${each}`).find((each) => each in TEXTS);
  return t(known, { n, ...values });
}

export const names = (list) => new Intl.ListFormat(locale).format(list);

export const time = (at) => new Date(at).toLocaleTimeString(locale, { hour: "numeric", minute: "2-digit" });

export function day(at) {
  const date = new Date(at);
  const text = date.toLocaleDateString(locale, { weekday: "long", day: "numeric", month: "long" });
  const ago = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 864e5);
  return ago === 0 ? t("today", { day: text }) : ago === 1 ? t("yesterday", { day: text }) : text;
}
