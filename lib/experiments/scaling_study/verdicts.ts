import { GROWTH_2019_2021, type GrowthPlan } from "../../scaling/mod.ts";
import { correctForAll, type Verdict } from "../verdict.ts";
import { computeLawVerdict, dataLawVerdict, parameterLawVerdict, runsOf } from "./law_claims.ts";
import type { StudyReadings } from "./readings.ts";
import { dataVerdict, parametersVerdict, schemeVerdict } from "./return_claims.ts";

/** The verdicts on all claims of the paper, with Holm's correction over those that are tested. */
export function scalingVerdicts(study: StudyReadings, plan: GrowthPlan): Verdict[] {
  return correctForAll([
    dataLawVerdict(study),
    parameterLawVerdict(study),
    computeLawVerdict(study),
    schemeVerdict(study),
    parametersVerdict(study),
    dataVerdict(study),
    { p: null, verdict: hardwareVerdict(study, plan) },
  ]);
}

/** S7: what follows for hardware. The paper's own projection is not known to us, so there is nothing to compare with. */
function hardwareVerdict({ readings: all }: StudyReadings, plan: GrowthPlan): Verdict {
  const last = plan.years.at(-1)!;
  const until = (year: number | null) => year === null ? `longer than ${last.year} years` : `until year ${year}`;
  return {
    id: "S7",
    claim: "What follows for hardware: which resource is worth its growth, and until when",
    measured:
      `growth as at Meta in 2019-2021 (parameters ${GROWTH_2019_2021.parameters.toFixed(1)} times a year, data ` +
      `${GROWTH_2019_2021.data.toFixed(1)} times) by the joint law: more data pay ${until(plan.dataPayUntil)}, wider ` +
      `embeddings ${until(plan.parametersPayUntil)}; after ${last.year} years NE ${
        last.dataOnly.toFixed(2)
      } % by data alone, ` +
      `${last.parametersOnly.toFixed(2)} % by parameters alone, for ${
        last.acceleratorsForCompute.toPrecision(2)
      } times the ` +
      `accelerators by compute and ${last.acceleratorsForMemory.toPrecision(2)} times by memory`,
    control: "none: the paper's own projection is not known to us; the inputs are in the notebook, to be changed",
    judgement: "not testable here",
    runs: runsOf(all, ["main"]),
  };
}
