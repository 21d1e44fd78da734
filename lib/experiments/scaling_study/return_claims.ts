import { effectMinusControl, tTest } from "../t_test.ts";
import { estimate } from "../paired.ts";
import { describePercent, judgeReduction, type TestedVerdict } from "../verdict.ts";
import { bestEnlarging, doublingData, enlarging } from "./gains.ts";
import { describeScheme, runsOf } from "./law_claims.ts";
import type { StudyReadings } from "./readings.ts";
import { SCHEMES } from "./schemes.ts";
import { relabelledReversals, type Reversal, reversals, schemeNeeds } from "./scheme_efficiency.ts";

/** Most that parameters may pay more than data, in percent of NE, where the control should show that they pay as much. */
const PARAMETER_MARGIN = 0.1;
/** What still counts as no gain from twice the data, in percent of NE: five times the 0.02 % that Wukong calls significant. */
const DATA_MARGIN = 0.1;

/**
 * S4: no scheme is best by data, by parameters and by compute. Judged by pairs of schemes that trade places; with schemes
 * relabelled at random there should be none.
 */
export function schemeVerdict({ readings: all, examples, profile }: StudyReadings): TestedVerdict {
  const needs = schemeNeeds(all, examples, profile);
  const found = reversals(needs), chance = relabelledReversals(needs);
  return {
    p: found.length > 0 ? chance : 1,
    verdict: {
      id: "S4",
      claim:
        "The ways to add parameters differ in efficiency by resource: none is best on data, parameters and compute",
      measured: `to reach NE ${needs.ne.toFixed(4)}: ${
        found.length > 0 ? describeReversal(found[0]) : "no pair of schemes trades places"
      }${found.length > 1 ? `; ${found.length} such pairs` : ""} (n = ${needs.seeds.length})`,
      control: `schemes relabelled at random: ${(100 * chance).toFixed(1)} % of relabellings show such a pair`,
      judgement: found.length > 0 ? chance < 0.05 ? "reproduced" : "partly" : "undecided",
      runs: runsOf(all, ["main"]),
    },
  };
}

function describeReversal({ winner, loser, on, but, onLog2, butLog2 }: Reversal): string {
  const times = (log2: number) => `${(2 ** log2).toPrecision(2)} times`;
  return `${describeScheme(loser)} needs ${times(onLog2.mean)} the ${on} of ${describeScheme(winner)}, which needs ${
    times(butLog2.mean)
  } the ${but} of the other`;
}

/**
 * S5: parameter scaling is out of steam. From the base model at half of the examples, at least four times the parameters, by
 * the scheme that pays most for each seed, against twice the data; on the stream that demands capacity parameters should pay.
 */
export function parametersVerdict({ readings: all, examples, profile }: StudyReadings): TestedVerdict {
  const half = examples / 2;
  const behind = (stream: "main" | "capacity") => {
    const data = doublingData(all, stream, half);
    const parameters = bestEnlarging(all, { stream, examples: half, profile });
    const of = (seed: number) => data.percent[data.seeds.indexOf(seed)];
    // positive gains: what data bring more than parameters, as a reduction
    return parameters.seeds.filter((seed) => data.seeds.includes(seed)).map((seed) =>
      of(seed) - parameters.percent[parameters.seeds.indexOf(seed)]
    );
  };
  const [main, control] = [behind("main"), behind("capacity")];
  const effect = estimate(main);
  const gains = SCHEMES.map((scheme) => {
    const change = estimate(enlarging(all, scheme, { stream: "main", examples: half, profile }).percent);
    return `${describeScheme(scheme)} ${describePercent(change)}`;
  });
  return {
    p: tTest(main).p,
    verdict: {
      id: "S5",
      claim: "Parameter scaling is out of steam for DLRM: four times the parameters buy less than twice the data",
      measured: `from ${half.toLocaleString("en")} examples, NE by twice the data ${
        describePercent(estimate(doublingData(all, "main", half).percent))
      }; by at least four times the parameters ${gains.join(", ")}; data beside the best of these ${
        describePercent(effect)
      }`,
      control: `teacher that demands more capacity, data beside the best: ${
        describePercent(estimate(control))
      }; margin ${PARAMETER_MARGIN} %`,
      judgement: judgeReduction(effect, estimate(control), effectMinusControl(main, control), PARAMETER_MARGIN),
      runs: runsOf(all, ["main", "capacity"]),
    },
  };
}

/**
 * S6: data scaling is the way forward: the last doubling of the data still pays. Without a tail of rare ids and without
 * interactions it should not.
 */
export function dataVerdict({ readings: all, examples }: StudyReadings): TestedVerdict {
  const half = examples / 2;
  const gain = (stream: "main" | "noTail" | "mainEffects") => doublingData(all, stream, half);
  const main = gain("main"), control = gain("noTail");
  const paired = main.percent.filter((_, i) => control.seeds.includes(main.seeds[i]));
  return {
    p: tTest(main.percent).p,
    verdict: {
      id: "S6",
      claim: "Data scaling is the way forward: at the largest data twice as many still pay",
      measured: `NE from ${half.toLocaleString("en")} to ${examples.toLocaleString("en")} examples ${
        describePercent(estimate(main.percent))
      }`,
      control:
        `at most 100 ids a field and no interactions, where twice the data should bring less than ${DATA_MARGIN} %: ${
          describePercent(estimate(control.percent))
        }; long tail of ids but no interactions: ${describePercent(estimate(gain("mainEffects").percent))}`,
      judgement: judgeReduction(
        estimate(main.percent),
        estimate(control.percent),
        effectMinusControl(paired, control.percent),
        DATA_MARGIN,
      ),
      runs: runsOf(all, ["main", "noTail", "mainEffects"]),
    },
  };
}
