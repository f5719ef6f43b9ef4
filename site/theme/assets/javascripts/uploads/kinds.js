// @ts-check
/* Which files may be chosen, by their names; the server goes by what is in them. */

const KINDS = "只收 PDF、OFD、JPEG、PNG、DOCX、XLSX。请转成其中一种再选";
const PHOTO = "这是 HEIC 照片。请在手机上把照片存成 JPEG 再选";

/**
 * What is wrong with the name's extension; "" where a file of that kind is taken.
 * @param {string} name
 * @param {string} accept the extensions that the field takes, with commas between them
 */
export function wrongKind(name, accept) {
  const lower = name.toLowerCase();
  if (accept.split(",").some((end) => lower.endsWith(end) && lower.length > end.length)) return "";
  return /\.(hei[cf]s?|hif)$/.test(lower) ? PHOTO : KINDS;
}
