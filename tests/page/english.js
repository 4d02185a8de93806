/** Imported by tests: the page speaks English. */

import { speak } from "../../templates/lib/words.js";
import english from "../../templates/words/en.js";

speak(english, "en");
