// @ts-check
/* What a receipt says, in words as they stand on the printed one; knows no page. */

const BEIJING = 8 * 3600 * 1000;

/** @typedef {import("./receipt.js").Payload} Payload */
/** @typedef {{label: string, value: string | undefined, wide?: string, code?: boolean}} Fact one line of the slip; `wide` is how wide */

/** @param {string | undefined} date */
function day(date) {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date || "");
  return parts ? `${parts[1]}年${Number(parts[2])}月${Number(parts[3])}日` : date;
}

/** @param {string | undefined} at */
function moment(at) {
  const time = new Date(Date.parse(at) + BEIJING);
  if (isNaN(time.getTime())) return at || "";
  const [date, clock] = time.toISOString().split("T");
  return `${day(date)} ${clock.slice(0, 8)}`;
}

/** @param {string | undefined} digest */
function grouped(digest) {
  return String(digest || "").replace(/(.{8})(?=.)/g, "$1 ");
}

/**
 * A correction's receipt has both times, and fills one line more.
 * @param {Payload} payload
 * @returns {Fact[]}
 */
function times(payload) {
  if (payload.corrected_at) {
    return [
      { label: "第一次收到", value: moment(payload.submitted_at), wide: "w3" },
      { label: "补正收到", value: moment(payload.corrected_at), wide: "w3" },
      { label: "版本", value: `第 ${payload.version} 版` }
    ];
  }
  if (payload.received_on) {
    return [
      { label: "收到日期（纸质件）", value: day(payload.received_on), wide: "w3" },
      { label: "录入时间", value: moment(payload.submitted_at), wide: "w3" }
    ];
  }
  return [{ label: "收到时间", value: moment(payload.submitted_at) }];
}

/**
 * The lines of a receipt's slip; those without a value are left out.
 * @param {Payload} payload
 * @param {string} kid
 * @param {Record<string, string>} titles of the forms, by their id
 * @returns {Fact[]}
 */
export function factsOf(payload, kid, titles) {
  const year = /^\d{4}$/.test(payload.period) ? `${payload.period} 年度` : "";
  const wide = payload.received_on && !payload.corrected_at ? "w3" : "";
  /** @type {Record<string, string>} */
  const timeliness = { on_time: "按期", late: "延报" };
  return [
    { label: "编号", value: payload.number, wide: "w3", code: true },
    { label: "单位", value: payload.unit_name, wide: "w3" },
    { label: "表", value: year + (titles[payload.form] || payload.form), wide: "w6" },
    ...times(payload),
    { label: "截止日期", value: day(payload.due), wide },
    { label: "是否按期", value: timeliness[payload.timeliness] || payload.timeliness, wide },
    { label: "内容指纹（SHA-256）", value: grouped(payload.digest), wide: "w6", code: true },
    { label: "签名用的密钥", value: kid, wide: "w6", code: true }
  ].filter((fact) => fact.value !== undefined && fact.value !== "");
}
