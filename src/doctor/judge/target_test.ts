import { offloads, route, testCases, to } from "../../../test/doctor/judged.ts"

testCases([
  {
    name: "an address of this host is a limit",
    facts: to({ route: { ...route, local: true, device: "lo", index: 1 }, probe: "copied" }),
    follows: { route: "limit", probe: "limit" },
  },
  {
    name: "a tunnel to a program is a limit",
    facts: to({ route: { ...route, kind: "tun", device: "tun0" }, probe: "copied" }),
    follows: { route: "limit", probe: "limit" },
  },
  {
    name: "no route is a problem",
    facts: to({ route: -101, probe: { errno: 101 } }),
    follows: { route: "problem", probe: "unknown" },
    message: /ENETUNREACH/,
  },
  {
    name: "a device that does not gather is a problem",
    facts: to({
      route: { ...route, offloads: { ...offloads, scatterGather: false, segmentation: false } },
      probe: "copied",
    }),
    follows: { offload: "problem", probe: "problem" },
    cure: /^sudo ethtool -K eth0 /,
  },
  {
    name: "a device that does not cut packets is a limit",
    facts: to({ route: { ...route, offloads: { ...offloads, segmentation: false } } }),
    follows: { offload: "limit" },
    cure: /ethtool -K eth0 tso on/,
  },
  {
    name: "a device that does not answer is unknown",
    facts: to({ route: { ...route, offloads: undefined } }),
    follows: { offload: "unknown" },
  },
  {
    name: "veth before Linux 6.17 is a limit",
    facts: { ...to({ route: { ...route, kind: "veth" }, probe: "copied" }), kernel: "6.16.9" },
    follows: { veth: "limit", probe: "limit" },
  },
  {
    name: "veth since Linux 6.17 is good",
    facts: { ...to({ route: { ...route, kind: "veth" } }), kernel: "6.17.0" },
    follows: {},
  },
  {
    name: "a copy without a reason is a problem",
    facts: to({ probe: "copied" }),
    follows: { probe: "problem" },
  },
  {
    name: "a probe without an answer is unknown",
    facts: to({ probe: "silent" }),
    follows: { probe: "unknown" },
  },
  {
    name: "a host that cannot be reached is a problem",
    facts: to({ failure: "Cannot connect", connectMillis: undefined }),
    follows: { connection: "problem" },
  },
  {
    name: "a trial that saves nothing is a limit",
    facts: to({ trial: { bytes: 1e9, copying: 0.5, zerocopy: 0.5, share: 1 } }),
    follows: { trial: "limit" },
    message: /not worth it/,
  },
  {
    name: "a trial of which most was copied is a limit, however little it cost",
    facts: to({ trial: { bytes: 1e9, copying: 0.5, zerocopy: 0.1, share: 0.1 } }),
    follows: { trial: "limit" },
  },
])
