import type { TermName } from "./config.ts";
import { attentionTerm } from "./terms/attention.ts";
import { crossTerm } from "./terms/cross.ts";
import { denseTerm } from "./terms/dense.ts";
import { hierarchyTerm } from "./terms/hierarchy.ts";
import { localTerm } from "./terms/local.ts";
import { mainTerm } from "./terms/main.ts";
import { pairTerm } from "./terms/pair.ts";
import type { TermBuilder } from "./terms/term.ts";

/** How each term of the logit is computed. */
export const TERM_BUILDERS: Readonly<Record<TermName, TermBuilder>> = {
  dense: denseTerm,
  main: mainTerm,
  pair: pairTerm,
  cross: crossTerm,
  local: localTerm,
  attn: attentionTerm,
  hier: hierarchyTerm,
};
