/** The page's script. It runs in browsers, without a build, so it is plain JavaScript. */
export const script = `
"use strict"
const seconds = 120, fewestSeconds = 20
const ways = ["zerocopy", "moved", "copied", "unknown"]
const reasons = {
  small: "too small to pay off", local: "the client is this host",
  copied: "the kernel copies on this route", probing: "trying zero-copy again",
  nobufs: "no room for pinned pages", unsupported: "no SO_ZEROCOPY", disabled: "zerocopy: never",
  unowned: "memory of the producer", isolate: "memory of an isolate", kernel: "the kernel copied after all",
}
const byId = (id) => document.getElementById(id)
const rows = []
let before

const stream = new EventSource(location.href)
stream.onmessage = ({ data }) => show(JSON.parse(data))
stream.onerror = () => say("not connected", false)

function say(text, live) {
  byId("state").textContent = text
  byId("state").classList.toggle("live", live)
}

function show(now) {
  const last = before
  before = now
  say(now.servers === 1 ? "live" : now.servers + " servers, live", true)
  const copied = sum(now.copied) + now.kernelCopiedBytes
  const total = [now.zerocopyBytes, now.movedBytes, copied, now.unverifiedBytes]
  now.total = total
  set("connections", count(now.connections), count(now.busy) + " being answered")
  set("inflight", bytes(now.inFlightBytes), bytes(now.queuedBytes) + " queued")
  tables(now, copied)
  const sent = sum(total)
  set("share", percent(total[0] + total[1], sent), "of " + bytes(sent) + " since the start")
  if (last === undefined || now.at <= last.at || now.acceptedBytes < last.acceptedBytes) return
  const each = 1000 / (now.at - last.at)
  const rates = total.map((value, i) => Math.max(0, value - last.total[i]) * each)
  rows.push({ at: now.at, rates })
  while (rows[0].at < now.at - seconds * 1000) rows.shift()
  set("throughput", rate((now.acceptedBytes - last.acceptedBytes) * each), bytes(now.acceptedBytes) + " in all")
  set("requests", count((now.requests - last.requests) * each) + "/s", count(now.requests) + " in all")
  draw(now.at)
}

function draw(end) {
  const width = 1000, height = 200
  const start = Math.min(rows[0].at, end - fewestSeconds * 1000)
  const top = scale(Math.max(1e3, ...rows.map(({ rates }) => sum(rates))))
  const x = (at) => (width * (at - start) / (end - start)).toFixed(1)
  const y = (value) => (height - height * value / top).toFixed(1)
  ways.forEach((way, i) => {
    const upto = (row, n) => sum(row.rates.slice(0, n))
    const upper = rows.map((row) => x(row.at) + " " + y(upto(row, i + 1)))
    const lower = rows.map((row) => x(row.at) + " " + y(upto(row, i))).reverse()
    byId("area-" + way).setAttribute("d", "M" + upper.concat(lower).join("L") + "Z")
  })
  byId("top").textContent = rate(top)
  byId("half").textContent = rate(top / 2)
}

function tables(now, copied) {
  const list = Object.entries(now.copied)
  if (now.kernelCopiedBytes > 0) list.push(["kernel", now.kernelCopiedBytes])
  list.sort((a, b) => b[1] - a[1])
  fill("reasons", "nothing was copied", list.map(([name, value]) => {
    const bar = document.createElement("progress")
    bar.max = copied
    bar.value = value
    return [reasons[name] || name, bytes(value), bar]
  }))
  fill("slowest", "nobody keeps the server waiting", now.slowest.map((peer) => [
    peer.address, rate(peer.bytesPerSecond), bytes(peer.queuedBytes), bytes(peer.inFlightBytes),
  ]))
}

function fill(id, none, list) {
  const body = byId(id)
  const made = list.map((cells) => row(cells))
  if (made.length === 0) made.push(row([none]))
  body.classList.toggle("none", list.length === 0)
  body.replaceChildren(...made)
}

function row(cells) {
  const made = document.createElement("tr")
  for (const cell of cells) made.insertCell().append(cell)
  return made
}

function set(id, value, more) {
  byId(id).textContent = value
  byId(id + "-more").textContent = more
}

function sum(values) {
  return Object.values(values).reduce((all, value) => all + value, 0)
}

function scale(value) {
  const unit = 10 ** Math.floor(Math.log10(value))
  return unit * [1, 2, 5, 10].find((step) => step * unit >= value)
}

function inUnits(value, names) {
  let i = 0
  while (value >= 999.5 && i < names.length - 1) { value /= 1000; i++ }
  return value.toFixed(i > 0 && value < 99.5 ? 1 : 0) + " " + names[i]
}

function bytes(value) { return inUnits(value, ["B", "kB", "MB", "GB", "TB", "PB"]) }
function rate(value) { return bytes(value) + "/s" }
function count(value) { return inUnits(value, ["", "k", "M", "G"]).trim() }
function percent(part, all) { return all > 0 ? (100 * part / all).toFixed(1) + " %" : "\\u2013" }
`
