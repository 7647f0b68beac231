/**
 * MSG_ZEROCOPY: notification ids and their ranges, the choice between copy and zero-copy, the budget of
 * pinned memory, and the carrier that sends with it.
 *
 * @module
 */
export { PinnedBudget, pinnedLimit } from "./budget.ts"
export { withCalibration } from "./calibration.ts"
export { ZerocopyCarrier } from "./carrier.ts"
export { Chooser } from "./chooser.ts"
export { LockedPages, notificationsIn } from "./enobufs.ts"
export {
  builtInThreshold,
  calibrationPath,
  machineThreshold,
  type Threshold,
  type ThresholdSource,
} from "./machine_threshold.ts"
