// What every page needs; each part is a small module of its own.
import { startDialogs } from "./dialogs.js";
import { startDrafts } from "./drafts.js";
import { startForms } from "./forms.js";
import { startHtmx } from "./partials.js";
import { startKeys } from "./keys.js";
import { startLine } from "./line.js";
import { startPanel } from "./panel.js";
import { startPhotos } from "./photos.js";
import { startShell } from "./shell.js";
import { startTexts } from "./texts.js";

startShell();
startLine();
startDialogs();
startForms();
startDrafts();
startPhotos();
startTexts();
startHtmx();
startPanel();
startKeys();
