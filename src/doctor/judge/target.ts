import { errnoName } from "../../kernel/port.ts"
import type { Facts, Probe, Route, Target, Trial } from "../facts.ts"
import type { Finding } from "../finding.ts"
import { capturesOn } from "./device.ts"
import { isBefore } from "./system.ts"
import { inBytes } from "./units.ts"

/** What was found out about the way to a host. */
export function onTarget(facts: Facts, target: Target): readonly Finding[] {
  const { route, probe, trial } = target
  const way = typeof route === "object" ? route : undefined
  return [
    ...onConnection(target),
    ...(route === undefined ? [] : [onRoute(target, route)]),
    ...(way === undefined || way.local ? [] : [onOffloads(way), ...onVeth(facts, way)]),
    ...(probe === undefined ? [] : [onProbe(target, probe, way, isHindered(facts, way))]),
    ...(trial === undefined ? [] : [onTrial(trial)]),
  ]
}

function onConnection(target: Target): readonly Finding[] {
  const { hostname, port, address, failure, connectMillis } = target
  const subject = "connection"
  if (failure !== undefined) return [{ subject, level: "problem", message: failure }]
  if (connectMillis === undefined) return []
  const millis = Math.max(0.1, Math.round(connectMillis * 10) / 10)
  return [{
    subject,
    level: "good",
    message: `Connected to ${hostname}, port ${port}, in ${millis} ms`,
    details: { address: address ?? "", millis },
  }]
}

function onRoute({ address }: Target, route: Route | number): Finding {
  const subject = "route"
  if (typeof route === "number") {
    const message = `There is no route to ${address}: ${errnoName(-route)}`
    return { subject, level: "problem", message }
  }
  const { device, kind, local, mtu, gateway, index } = route
  const details = {
    ...{ device, index, kind, mtu, local },
    ...(gateway === undefined ? {} : { gateway }),
  }
  if (local) {
    return {
      subject,
      level: "limit",
      message: `${address} is this host itself: the kernel copies what stays on the host. ` +
        "A pipe or a Unix socket is faster than any TCP",
      details,
    }
  }
  if (kind === "tun") {
    return {
      subject,
      level: "limit",
      message: `The way to ${address} leads through ${device}, a tunnel to a program, so ` +
        "everything is copied",
      details,
    }
  }
  const by = gateway === undefined ? "" : ` by way of ${gateway}`
  const what = kind === "" ? "" : `, a ${kind}`
  const message = `Packets to ${address} leave through ${device}${what}${by}, with ${mtu} bytes`
  return { subject, level: "good", message, details }
}

function onOffloads({ device, offloads }: Route): Finding {
  const subject = "offload"
  if (offloads === undefined) {
    return { subject, level: "unknown", message: `${device} does not say what it can do itself` }
  }
  const details = { ...offloads }
  const { driver, scatterGather, checksum, segmentation } = offloads
  const name = driver === "" ? device : `${device} (${driver})`
  const off = [
    ...(scatterGather ? [] : ["gather (sg)"]),
    ...(checksum ? [] : ["compute checksums (tx)"]),
  ]
  if (off.length > 0) {
    return {
      subject,
      level: "problem",
      message: `${name} does not ${off.join(" and ")}, so everything is copied`,
      cure: `sudo ethtool -K ${device} tx on sg on tso on`,
      details,
    }
  }
  if (!segmentation) {
    return {
      subject,
      level: "limit",
      message:
        `${name} does not cut packets itself (tso), so the kernel does, which costs CPU time`,
      cure: `sudo ethtool -K ${device} tso on`,
      details,
    }
  }
  const message = `${name} gathers, computes checksums and cuts packets itself`
  return { subject, level: "good", message, details }
}

function onVeth({ kernel }: Facts, { device, kind }: Route): readonly Finding[] {
  if (kind !== "veth" || kernel === undefined || !isBefore(kernel, 6, 17)) return []
  return [{
    subject: "veth",
    level: "limit",
    message:
      `Before Linux 6.17 the kernel copies whatever leaves a container through a veth pair ` +
      `such as ${device}, and this is ${kernel}. sendFile and relays are not affected`,
    cure: "docker run --network=host …",
  }]
}

/** Whether there is a reason for copies that can be removed. */
function isHindered({ captures = [] }: Facts, route: Route | undefined): boolean {
  const { scatterGather = true, checksum = true } = route?.offloads ?? {}
  return !scatterGather || !checksum || capturesOn(route, captures).length > 0
}

function onProbe(
  { address }: Target,
  probe: Probe,
  route: Route | undefined,
  hindered: boolean,
): Finding {
  const subject = "probe"
  if (probe === "zero-copy") {
    const message = `A datagram to ${address} left without a copy`
    return { subject, level: "good", message, details: { zerocopy: true } }
  }
  if (probe !== "copied") {
    const why = probe === "silent" ? "the kernel did not report on it" : errnoName(probe.errno)
    const message = `Whether bytes to ${address} leave without a copy could not be tried: ${why}`
    return { subject, level: "unknown", message }
  }
  const always = !hindered && (route?.local || ["veth", "tun"].includes(route?.kind ?? ""))
  return {
    subject,
    level: always ? "limit" : "problem",
    message: `The kernel copied a datagram to ${address}, as it will copy what TCP sends there. ` +
      (hindered ? "The findings above say why" : "Zerowire notices, and copies itself"),
    details: { zerocopy: false },
  }
}

function onTrial({ bytes, copying, zerocopy, share }: Trial): Finding {
  const ratio = zerocopy / copying
  const details = { bytes, copying, zerocopy, ratio, share }
  const figures =
    `Of ${inBytes(bytes)} in chunks of 64 KiB, a GB cost ${copying.toFixed(2)} s of ` +
    `CPU time by copy and ${zerocopy.toFixed(2)} s zero-copy`
  if (share < 0.5) {
    const message = `${figures}, of which most was copied after all. It is not worth it here`
    return { subject: "trial", level: "limit", message, details }
  }
  return ratio < 0.95
    ? { subject: "trial", level: "good", message: `${figures}: it is worth it here`, details }
    : { subject: "trial", level: "limit", message: `${figures}: not worth it here`, details }
}
