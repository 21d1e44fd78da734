import type { Observation } from "../../scaling/mod.ts";
import { fitInterval, fitLaw, jackknifeInterval, type ResampledFits, resampleFits } from "../../scaling/mod.ts";
import { estimate } from "../paired.ts";
import { effectMinusControl, tTest } from "../t_test.ts";
import { describePercent, type Judgement, type TestedVerdict } from "../verdict.ts";
import { advantage, type LawError, lawError, missedShare } from "./law_error.ts";
import { computeObservations, dataObservations, noiseOption, parameterObservations } from "./law_observations.ts";
import { type Reading, select, type StudyReadings } from "./readings.ts";
import { isBase, type Scheme, SCHEMES, sizesOf } from "./schemes.ts";

/** Doublings that fits do not see and have to predict. */
const HELD_OUT = 2;

/** A forecast over two doublings is good when it misses at most this share of the gain that there was to predict. */
const GOOD_SHARE = 0.25;

function errorOf(bySeed: readonly (readonly Observation[])[]): LawError {
  return lawError(bySeed, { heldOut: HELD_OUT, ...noiseOption(bySeed) });
}

const percent = (value: number) => `${(100 * value).toFixed(0)} %`;

/**
 * S1: quality follows a power law plus constant in data. Judged by what the law, fitted to all but the last two doublings,
 * misses there, beside its rivals without a constant. On the stream with interactions among all fields it should fail.
 */
export function dataLawVerdict({ readings: all, examples }: StudyReadings): TestedVerdict {
  const main = errorOf(dataObservations(all, "main", examples));
  const control = errorOf(dataObservations(all, "allFields", 2 * examples));
  const effect = estimate(advantage(main));
  const [share, controlShare] = [missedShare(main), missedShare(control)];
  const worse = effectMinusControl(
    main.percent.powerLawConstant.map((miss, s) => miss / main.gainPercent[s]),
    control.percent.powerLawConstant.map((miss, s) => miss / control.gainPercent[s]),
    { paired: false },
  );
  const better = effect.high < 0, good = share.high < GOOD_SHARE, fails = worse.high < 0;
  const judgement: Judgement = effect.low > 0
    ? "not reproduced"
    : better && good && fails
    ? "reproduced"
    : better || good
    ? "partly"
    : "undecided";
  return {
    p: tTest(advantage(main)).p,
    verdict: {
      id: "S1",
      claim: "NE follows a power law plus constant in data",
      measured:
        `fitted up to ${count(examples / 4)} examples and asked for the two doublings beyond, it misses ${
          percent(share.mean)
        } of the gain there [${percent(share.low)}, ${
          percent(share.high)
        }] (n = ${share.count}); its error beside that of the ` +
        `${main.bestRival === "powerLaw" ? "pure power" : "logarithmic"} law ${describePercent(effect)} of NE`,
      control: `interactions among all fields, where it should fail: misses ${percent(controlShare.mean)} [${
        percent(controlShare.low)
      }, ${percent(controlShare.high)}] (n = ${controlShare.count})`,
      judgement,
      runs: runsOf(all, ["main", "allFields"]),
    },
  };
}

/**
 * S2: quality follows a power law plus constant in model size, scheme by scheme: the law has to beat its rivals on the two
 * largest sizes, and its exponent has to be known.
 */
export function parameterLawVerdict({ readings: all, examples, profile }: StudyReadings): TestedVerdict {
  const claim = "NE follows a power law plus constant in model size, in each way to add parameters";
  const sizes = Math.min(...SCHEMES.map((scheme) => sizesOf(scheme, profile).length));
  if (sizes < HELD_OUT + 3) {
    const measured = `nothing: ${sizes} sizes are too few to fit three parameters and hold ${HELD_OUT} out`;
    const control = hashedControl(all, examples);
    const runs = runsOf(all, ["main"]);
    return { p: null, verdict: { id: "S2", claim, measured, control, judgement: "undecided", runs } };
  }
  const schemes = SCHEMES.map((scheme) => {
    const bySeed = parameterObservations(all, scheme, { examples, profile });
    const fit = fitLaw("powerLawConstant", bySeed.flat());
    return { scheme, error: errorOf(bySeed), identified: fit.status !== "not identified", beta: fit.best.beta };
  });
  const gains = schemes[0].error.percent.powerLawConstant.map((_, s) =>
    schemes.reduce((sum, { error }) => sum + advantage(error)[s], 0) / schemes.length
  );
  const effect = estimate(gains);
  const known = schemes.filter(({ identified }) => identified);
  const judgement: Judgement = effect.low > 0
    ? "not reproduced"
    : effect.high < 0
    ? known.length === schemes.length ? "reproduced" : "partly"
    : "undecided";
  return {
    p: tTest(gains).p,
    verdict: {
      id: "S2",
      claim,
      measured: `its error on the two largest sizes beside that of the better rival, mean over the four schemes ${
        describePercent(effect)
      } of NE; exponents: ${
        schemes.map(({ scheme, identified, beta }) =>
          `${describeScheme(scheme)} ${identified ? beta.toFixed(2) : "not identified"}`
        )
          .join(", ")
      }`,
      control: hashedControl(all, examples),
      judgement,
      runs: runsOf(all, ["main"]),
    },
  };
}

/** What tables of one size lose by hashing, and by having no rows for rare ids. */
function hashedControl(all: readonly Reading[], examples: number): string {
  const at = (size: number, unhashed?: true) =>
    select(all, { stream: "main", model: { scheme: "vertical", size, unhashed }, examples });
  const sizes = sizesOf("vertical", "paper").filter((size) =>
    !isBase({ scheme: "vertical", size }) && at(size, true).length > 0
  );
  const told = sizes.map((size) => {
    const unhashed = new Map(at(size, true).map(({ seed, ne }) => [seed, ne]));
    const change = at(size).filter(({ seed }) => unhashed.has(seed)).map(({ seed, ne }) =>
      100 * (unhashed.get(seed)! - ne) / ne
    );
    return `${count(size)} rows ${describePercent(estimate(change))}`;
  });
  return `tables as large without hashing, where rare ids share one row: NE against hashed tables at ${
    told.join("; ")
  }`;
}

/** How far apart exponents may lie that count as the same. */
const EXPONENT_MARGIN = 0.05;

/**
 * S3: quality follows a power law plus constant in training compute, on the lower envelope of all runs; the exponent should
 * not hang on whether lookups count as compute. An exponent that is not identified is not told.
 */
export function computeLawVerdict({ readings: all, examples, profile }: StudyReadings): TestedVerdict {
  const bySeed = computeObservations(all, { examples, profile });
  const error = errorOf(bySeed);
  const effect = estimate(advantage(error)), share = missedShare(error);
  const [plain, withLookups] = [bySeed, computeObservations(all, { examples, profile, count: "products and lookups" })]
    .map((curves) => resampleFits("powerLawConstant", curves.flat(), { method: "seeds", resamples: 2 }));
  const known = [plain, withLookups].every(({ fit }) => fit.status !== "not identified");
  const shift = jackknifeInterval(
    withLookups.fit.best.beta - plain.fit.best.beta,
    plain.jackknife().map(({ best }, s) => withLookups.jackknife()[s].best.beta - best.beta),
  );
  const same = known && shift.low > -EXPONENT_MARGIN && shift.high < EXPONENT_MARGIN;
  const judgement: Judgement = effect.low > 0
    ? "not reproduced"
    : effect.high < 0
    ? share.high < GOOD_SHARE && same ? "reproduced" : "partly"
    : "undecided";
  const exponent = (fits: ResampledFits) => {
    if (fits.fit.status === "not identified") return "exponent not identified";
    const { value, low, high } = fitInterval(fits, ({ best }) => best.beta);
    return `exponent ${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}] (n = ${bySeed.length})`;
  };
  return {
    p: tTest(advantage(error)).p,
    verdict: {
      id: "S3",
      claim: "NE follows a power law plus constant in training compute",
      measured: `on the envelope of all runs its error over two doublings beside that of the ${
        error.bestRival === "powerLaw" ? "pure power" : "logarithmic"
      } law ${describePercent(effect)} of NE; it misses ${percent(share.mean)} of the gain; ${exponent(plain)}`,
      control: `lookups counted as compute: ${exponent(withLookups)}, ${
        same ? "the same" : "not shown to be the same"
      } within ${EXPONENT_MARGIN}`,
      judgement,
      runs: runsOf(all, ["main"]),
    },
  };
}

/** The runs of some streams. */
export function runsOf(all: readonly Reading[], streams: readonly Reading["stream"][]): string[] {
  return [...new Set(all.filter(({ stream }) => streams.includes(stream)).map(({ run }) => run))];
}

const count = (value: number) => value.toLocaleString("en");

/** A scheme in words. */
export function describeScheme(scheme: Scheme): string {
  return {
    vertical: "embedding rows",
    horizontal: "embedding width",
    overarch: "overarch",
    allMlp: "all MLPs",
  }[scheme];
}
