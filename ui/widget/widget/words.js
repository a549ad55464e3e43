/** Everything the widget says itself. Answers, replies and suggestions come from the service. */

export const CHARACTERS_MAX = 4000;
export const CHARACTERS_LEFT_SHOWN = 400;

/** The service's own lead-in of a conflict: its lines are drawn side by side instead of one below the other. */
export const CONFLICT_LEAD_IN = "Where sources differ:";

/** Shown when the service cannot be reached. The service holds the same list for when it can answer nothing. */
export const LAST_RESORT = [
  { service: "emergency", number: "911", region: "US" },
  { service: "emergency", number: "999", region: "GB" },
  { service: "emergency", number: "112", region: "EU" },
  { service: "emergency", number: "911", region: "CA" },
  { service: "emergency", number: "000", region: "AU" },
  { service: "emergency", number: "111", region: "NZ" },
  { service: "emergency", number: "112 or 999", region: "IE" },
];

export const REGIONS = {
  US: "United States",
  GB: "United Kingdom",
  EU: "European Union",
  CA: "Canada",
  AU: "Australia",
  NZ: "New Zealand",
  IE: "Ireland",
};

export const AUDIENCES = { patient: "Patient", student: "Student", staff: "Clinic staff" };

/** Questions to begin with, by audience. A test asks each of them. */
export const STARTERS = {
  patient: ["What is SOT?", "What happens at a first visit?", "Is SOT safe?"],
  student: ["What are the three categories?", "What are the SOT blocks?", "What is CMRT?"],
  staff: ["Who developed SOT and when?", "Who should not have SOT?", "Does SOT help with headaches?"],
};

/** What stands above an answer, by action; an answer without an entry needs no title. */
export const TITLES = {
  emergency: "Get help now",
  crisis: "Please talk with someone now",
  refuse_treatment: "This is for someone who knows your health",
  refuse_diagnosis: "This is for someone who can examine you",
  not_covered: "Not in my sources",
};

/** What stands above the suggestions, by action. */
export const SUGGESTIONS = {
  answer: "You could also ask",
  not_covered: "My sources do answer",
  refuse_treatment: "What I can tell you in general",
  refuse_diagnosis: "What I can tell you in general",
};

export const VOICES = {
  article: "The project's founding article",
  teaching: "SOT teachers and their organisations",
  research: "Research",
  authority: "A guideline, regulator or health authority",
  clinic: "This clinic, or its assistant about itself",
};

export const STRENGTHS = {
  "systematic-review": "systematic review",
  rct: "randomised controlled trial",
  cohort: "cohort study",
  "case-series": "case series",
  "case-report": "case report",
  survey: "survey",
  "expert-opinion": "expert opinion",
  guideline: "guideline",
  authority: "statement of an authority",
  law: "law or regulation",
};

/** What the page of one passage says. */
export const PAGE = {
  toQuote: "Go to the quoted words",
  toAssistant: "Ask the assistant",
  passage: "Passage",
  span: "Quoted",
  characters: (start, end, all) => `characters ${start + 1} to ${end} of ${all}`,
  asStored: "This is the passage as it is stored now. In an older link the mark may have moved.",
  notWhole: "This link is not complete",
  notWholeText: "It names no passage.",
  unknown: "There is no such passage",
  unknownText: "The sources may have changed since this link was made.",
  openAgain: "open it again from the answer that cites it, or ask the question anew: the answer links to what is stored now.",
  noSpan: "The link does not tell which words are quoted: nothing is marked.",
  outside: (end, all) => `The link points to character ${end} of a passage that has ${all}: nothing is marked.`,
  away: "The passage cannot be fetched now",
  awayText: "The service cannot be reached. Nothing is wrong with the link: try again in a moment.",
};

export const WORDS = {
  title: "Ask about SOT",
  subtitle: "Sacro-Occipital Technique, in your own words",
  audience: "Answers for",
  startOver: "New conversation",
  log: "Conversation",
  label: "Your question",
  placeholder: "For example: What happens at a first visit?",
  send: "Ask",
  hint: "Enter sends, Shift and Enter make a new line. Please leave out names and other private details.",
  notice: "Automated information, not a clinician. No clinician has reviewed it yet.",
  welcome:
    "I answer general questions about Sacro-Occipital Technique. Each number in an answer opens the source it rests on.",
  starters: "You could begin with",
  you: "You asked",
  answer: "Answer",
  looking: "Looking in the sources",
  started: "New conversation.",
  oldDeleted: "The old one was deleted.",
  oldKept: "The old one could not be deleted now; it goes by itself when its time has run out.",
  understoodAs: "Understood as",
  left: (count) => `${counted(count, "character")} left`,
  tooLong: (count) => `Please shorten your question by ${counted(count, "character")}.`,
  sourcesCount: (count) => counted(count, "source"),
  source: (marker) => `Source ${marker}`,
  closeSource: "Close",
  saidBy: "Who says it",
  strength: "Kind of evidence",
  ourWordingOf: "Our wording of",
  from: "From",
  review: "Review",
  reviewPending: "No clinician has reviewed this yet",
  reviewBy: (by, on) => `Reviewed by ${by} on ${on}`,
  loadingPassage: "Fetching the passage",
  passageAway: "The passage cannot be shown now; this is the quoted sentence.",
  passageDiffers: "The stored passage does not hold this sentence where the citation points. Do not rely on it.",
  ownPage: "Open this passage on its own page",
  newTab: "opens in a new tab",
  conflict: "Where sources differ",
  call: "Call",
  text: "Text",
  away: "I cannot reach the service",
  awayText: "Nothing was answered. What you wrote is kept.",
  inAnEmergency: "In an emergency call",
  tryAgain: "Try again",
  toMendIt: "What you can do",
};

function counted(count, noun) {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
