/**
 * Copy or zero-copy? Pure code that decides for each element and learns from what came back.
 *
 * @module
 */
export {
  type Calibration,
  isThreshold,
  type Machine,
  thresholdIn,
  withCalibration,
} from "./threshold/calibration.ts"
export {
  type Choice,
  Chooser,
  type ChooserOptions,
  type CopyReason,
  defaultThreshold,
} from "./threshold/chooser.ts"
