// ../choice-pick.ts
import { readFileSync } from "node:fs";
import { basename } from "node:path";

// src/node/ingest.ts
import sharp from "sharp";

// src/core/errors.ts
var ERRORS = {
  ABORTED: { status: 499, meaning: "the caller went away or cancelled the work" },
  CODING_UNKNOWN: { status: 422, meaning: "a layer has a coding that this software does not know" },
  ENTROPY_CORRUPT: { status: 422, meaning: "the entropy-coded data contradicts itself" },
  FILE_FAILED: { status: 500, meaning: "a local file could not be read or written" },
  FORMAT_CHECKSUM: { status: 422, meaning: "a checksum of the .strata file does not match" },
  FORMAT_INVALID: { status: 422, meaning: "a field of the .strata file holds an impossible value" },
  FORMAT_MAGIC: { status: 422, meaning: "not a .strata file" },
  FORMAT_TRUNCATED: { status: 422, meaning: "the .strata file ends before the part that was asked for" },
  FORMAT_VERSION: { status: 422, meaning: "a .strata version that this software does not know" },
  ID_INVALID: { status: 400, meaning: "the image id is malformed" },
  INPUT_CORRUPT: { status: 422, meaning: "the picture is damaged" },
  INPUT_EMPTY: { status: 400, meaning: "no bytes were sent" },
  INPUT_TOO_LARGE: { status: 413, meaning: "the picture has more bytes or pixels than allowed" },
  INPUT_UNSUPPORTED: { status: 415, meaning: "not a picture format that is accepted" },
  INTERNAL: { status: 500, meaning: "a defect of this software" },
  LENGTH_REQUIRED: { status: 411, meaning: "an upload needs a Content-Length" },
  METHOD_NOT_ALLOWED: { status: 405, meaning: "the method does not apply to this address" },
  MODEL_INVALID: { status: 500, meaning: "a model file is missing or damaged" },
  MODEL_UNKNOWN: { status: 422, meaning: "the file was made with a model set that is not installed" },
  NOT_ACCEPTABLE: { status: 406, meaning: "the client refuses every format that the image comes in" },
  NOT_FOUND: { status: 404, meaning: "there is nothing under this address" },
  OPTION_INVALID: { status: 500, meaning: "the plugin was set up with an option that cannot be used" },
  ORIGIN_BUSY: { status: 503, meaning: "the origin has no free place; try again later" },
  ORIGIN_FAILED: { status: 502, meaning: "the origin did not answer as it should" },
  PARAM_INVALID: { status: 400, meaning: "a parameter is malformed or out of range" },
  PORT_BUSY: { status: 500, meaning: "another program listens on the port" },
  PRECONDITION_FAILED: {
    status: 412,
    meaning: "the image is not as If-Match or If-None-Match of the upload asks for"
  },
  RANGE_NOT_SATISFIABLE: { status: 416, meaning: "the range lies outside the body" },
  REMOTE_FAILED: { status: 502, meaning: "the host that a picture was to be fetched from did not send it" },
  REMOTE_FORBIDDEN: { status: 403, meaning: "pictures are not fetched from this host" },
  SIGNATURE_EXPIRED: { status: 403, meaning: "the signed URL is no longer valid" },
  SIGNATURE_INVALID: { status: 403, meaning: "the signature does not belong to this URL" },
  SIGNATURE_MISSING: { status: 403, meaning: "images are served to signed URLs only" },
  STORAGE_FAILED: {
    status: 503,
    meaning: "the bucket or the queue did not do what it was asked; try again later"
  },
  TRANSCODER_MISSING: {
    status: 503,
    meaning: "no transcoder is there to make a JPEG that nobody made before"
  },
  TRANSCODE_BUSY: { status: 503, meaning: "the transcoder has no free place; try again later" },
  TRANSCODE_FAILED: { status: 502, meaning: "the transcoder could not make the picture" },
  UPLOAD_FORBIDDEN: { status: 401, meaning: "the upload carries no valid token" },
  USAGE: { status: 400, meaning: "the command line is wrong" },
  VERIFY_FAILED: { status: 500, meaning: "an encoded file did not decode to what was encoded" },
  WEBHOOK_FAILED: { status: 502, meaning: "the receiver of events did not take one" }
};
var StrataError = class extends Error {
  name = "StrataError";
  code;
  status;
  constructor(code, message, options) {
    super(message, options);
    this.code = code;
    this.status = ERRORS[code].status;
  }
};
function invalidParam(name, expected, actual) {
  return new StrataError("PARAM_INVALID", `${name}: expected ${expected}, got ${show(actual)}`);
}
function show(value) {
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

// src/core/image.ts
function rgbImage(width, height, data) {
  if (data.length !== 3 * width * height) {
    throw new StrataError("INTERNAL", `image data: expected 3*${width}*${height} bytes, got ${data.length}`);
  }
  return { width, height, data };
}

// src/core/bytes.ts
function dataView(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
function hex(bytes) {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}
function fromHex(text) {
  if (!/^(?:[0-9a-f]{2})*$/i.test(text)) {
    throw new StrataError(
      "INTERNAL",
      `hexadecimal text: expected pairs of digits, got ${text.length} characters`
    );
  }
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}
function concat(parts) {
  const joined = new Uint8Array(parts.reduce((sum2, part) => sum2 + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

// src/format/layout.ts
var MAGIC = [137, 83, 84, 82, 65, 84, 65, 10];
var VERSION = 2;
var HEADER = {
  version: { name: "version", offset: 8, bytes: 2 },
  flags: { name: "flags", offset: 10, bytes: 2 },
  headerLength: { name: "header length", offset: 12, bytes: 4 },
  totalLength: { name: "total length", offset: 16, bytes: 4 },
  checksum: { name: "header checksum", offset: 20, bytes: 4 },
  sourceWidth: { name: "source width", offset: 24, bytes: 2 },
  sourceHeight: { name: "source height", offset: 26, bytes: 2 },
  layerCount: { name: "layer count", offset: 52, bytes: 1 },
  reserved: { name: "reserved byte", offset: 53, bytes: 1 },
  placeholderLength: { name: "placeholder length", offset: 54, bytes: 2 }
};
var SOURCE_HASH_OFFSET = 28;
var SOURCE_HASH_BYTES = 16;
var MODEL_SET_OFFSET = 44;
var MODEL_SET_BYTES = 8;
var FIXED_HEADER_BYTES = 56;
var LAYER = {
  width: { name: "width", offset: 0, bytes: 2 },
  height: { name: "height", offset: 2, bytes: 2 },
  quality: { name: "quality", offset: 4, bytes: 1 },
  flags: { name: "flags", offset: 5, bytes: 1 },
  coding: { name: "coding", offset: 6, bytes: 1 },
  score: { name: "score", offset: 7, bytes: 1 },
  start: { name: "start", offset: 8, bytes: 4 },
  end: { name: "end", offset: 12, bytes: 4 }
};
var LAYER_BYTES = 16;
var LAYER_CHECKSUM = {
  name: "layer checksum",
  offset: 0,
  bytes: 4
};
var STRIP_INDEX = {
  count: { name: "strip count", offset: 0, bytes: 2 },
  reserved: { name: "reserved bytes", offset: 2, bytes: 2 }
};
var STRIP_INDEX_HEAD_BYTES = 4;
var STRIP = {
  length: { name: "strip length", offset: 0, bytes: 4 },
  checksum: { name: "strip checksum", offset: 4, bytes: 4 }
};
var STRIP_BYTES = 8;
var STRIP_INDEX_CHECKSUM = {
  name: "strip index checksum",
  offset: 0,
  bytes: 4
};
var STRIP_ROWS = 256;
var MAX_LAYERS = 16;
var MAX_DIMENSION = 65535;
var MAX_SOURCE_PIXELS = 1e8;
var MAX_HEADER_BYTES = 64 * 1024;
function stripCount(height) {
  return Math.ceil(height / STRIP_ROWS);
}
function stripIndexBytes(count) {
  return STRIP_INDEX_HEAD_BYTES + count * STRIP_BYTES + STRIP_INDEX_CHECKSUM.bytes;
}
function readField(bytes, field, record = 0) {
  const view = dataView(bytes);
  const at = record + field.offset;
  if (field.bytes === 1) return view.getUint8(at);
  return field.bytes === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
}
function writeField(bytes, field, value, record = 0) {
  const max = 2 ** (8 * field.bytes) - 1;
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new StrataError(
      "FORMAT_INVALID",
      `${field.name}: expected an integer from 0 to ${max}, got ${value}`
    );
  }
  const view = dataView(bytes);
  const at = record + field.offset;
  if (field.bytes === 1) view.setUint8(at, value);
  else if (field.bytes === 2) view.setUint16(at, value, true);
  else view.setUint32(at, value, true);
}

// src/format/sniff.ts
var INPUT_FORMATS = ["avif", "gif", "jpeg", "png", "tiff", "webp"];
var SNIFF_BYTES = 256;
var HEVC_BRANDS = ["heic", "heix", "heim", "heis", "hevc", "hevx"];
var OTHERS = [
  [/^(\xef\xbb\xbf)?\s*<(!doctype\s+html|html|head|body|script)/i, "an HTML page; send the picture itself"],
  [/^(\xef\xbb\xbf)?\s*<(\?xml|!--|!DOCTYPE|svg)/i, "an SVG or XML document; convert it to PNG"],
  ["%PDF", "a PDF document; convert its page to PNG"],
  ["BM", "a BMP file; convert it to PNG"],
  ["\0\0\0", "an ICO file; convert it to PNG"],
  ["\0\0\0", "a CUR file; convert it to PNG"],
  ["\xFF\n", "a JPEG XL file; convert it to JPEG or PNG"],
  ["\0\0\0\fJXL ", "a JPEG XL file; convert it to JPEG or PNG"],
  ["\0\0\0\fjP  ", "a JPEG 2000 file; convert it to JPEG or PNG"],
  ["8BPS", "a Photoshop file; export it as PNG or JPEG"],
  [/^[\s\S]{4}ftyp/, "a film, or a HEIF file of an unknown coding; convert it to JPEG"],
  ["\x8B", "gzip data; send the picture as it is, without Content-Encoding"],
  ["PK", "a ZIP archive; send the pictures one by one"],
  [/^\s*data:/i, "a data: URI; send the bytes that it holds"],
  [/^--[^\r\n]+\r?\nContent-/i, "a form; send the file's bytes, e.g. curl -T"]
];
function sniffFormat(bytes) {
  if (starts(bytes, [255, 216, 255])) return "jpeg";
  if (starts(bytes, [137, 80, 78, 71, 13, 10, 26, 10])) return "png";
  const text = ascii(bytes);
  if (text.startsWith("GIF87a") || text.startsWith("GIF89a")) return "gif";
  if (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP") return "webp";
  if (text.startsWith("II*\0") || text.startsWith("MM\0*")) return "tiff";
  if (text.startsWith("II+\0") || text.startsWith("MM\0+")) return "tiff";
  return heifFormat(bytes, text);
}
function describeUnknown(bytes) {
  const text = ascii(bytes);
  const matches = (start) => typeof start === "string" ? text.startsWith(start) : start.test(text);
  return OTHERS.find(([start]) => matches(start))?.[1] ?? "something else";
}
function heifFormat(bytes, text) {
  if (text.slice(4, 8) !== "ftyp") return void 0;
  const brands = [];
  const boxLength = dataView(bytes).getUint32(0);
  for (let at = 8; at + 4 <= Math.min(boxLength, text.length); at += 4) {
    if (at !== 12) brands.push(text.slice(at, at + 4));
  }
  if (brands.includes("avif") || brands.includes("avis")) return "avif";
  return brands.some((brand) => HEVC_BRANDS.includes(brand)) ? "heic" : void 0;
}
function starts(bytes, signature) {
  return signature.every((value, i) => bytes[i] === value);
}
function ascii(bytes) {
  return String.fromCharCode(...bytes.subarray(0, SNIFF_BYTES));
}

// src/node/cicp.ts
var UNSPECIFIED = 2;
var SEARCHED_BYTES = 1 << 20;
function readCicp(format, bytes) {
  const header = bytes.subarray(0, SEARCHED_BYTES);
  const cicp = format === "png" ? readPngChunk(header) : format === "avif" || format === "heic" ? readNclx(header) : void 0;
  return cicp?.primaries === UNSPECIFIED && cicp.transfer === UNSPECIFIED ? void 0 : cicp;
}
function readPngChunk(bytes) {
  const view = dataView(bytes);
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const type = nameAt(bytes, at + 4);
    if (type === "IDAT" || type === "IEND") return void 0;
    if (type === "cICP" && view.getUint32(at) === 4)
      return { primaries: bytes[at + 8], transfer: bytes[at + 9] };
  }
  return void 0;
}
function readNclx(bytes) {
  const meta = findBox(bytes, 0, bytes.length, "meta");
  const iprp = meta && findBox(bytes, meta.start + 4, meta.end, "iprp");
  const ipco = iprp && findBox(bytes, iprp.start, iprp.end, "ipco");
  let found;
  for (let at = ipco?.start; ipco && at !== void 0; ) {
    const colr = findBox(bytes, at, ipco.end, "colr");
    if (colr === void 0) break;
    const kind = nameAt(bytes, colr.start);
    if (kind === "prof" || kind === "rICC") return void 0;
    if (kind === "nclx" && colr.start + 8 <= colr.end) {
      const view = dataView(bytes);
      found ??= { primaries: view.getUint16(colr.start + 4), transfer: view.getUint16(colr.start + 6) };
    }
    at = colr.end;
  }
  return found;
}
function findBox(bytes, from, end, type) {
  const view = dataView(bytes);
  for (let at = from; at + 8 <= end; ) {
    const length = view.getUint32(at);
    const boxEnd = length === 0 ? end : at + length;
    if (length !== 0 && length < 8) return void 0;
    if (nameAt(bytes, at + 4) === type) return { start: at + 8, end: Math.min(boxEnd, end) };
    at = boxEnd;
  }
  return void 0;
}
function nameAt(bytes, at) {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

// src/node/gif-frame.ts
function tableLength(packed) {
  return packed & 128 ? 3 << (packed & 7) + 1 : 0;
}
function partialFrame(bytes, canvas) {
  const view = dataView(bytes);
  let at = 13 + tableLength(bytes[10] ?? 0);
  while (bytes[at] === 33) {
    at += 2;
    while (bytes[at]) at += bytes[at] + 1;
    at += 1;
  }
  if (bytes[at] !== 44 || at + 9 > bytes.length) return void 0;
  const field = (index) => view.getUint16(at + 1 + 2 * index, true);
  const [left, top] = [field(0), field(1)];
  const width = Math.min(field(2), canvas.width - left);
  const height = Math.min(field(3), canvas.height - top);
  if (width < 1 || height < 1 || width === canvas.width && height === canvas.height) return void 0;
  return { left, top, width, height };
}

// src/node/to-srgb.ts
var PRIMARIES = {
  1: [0.64, 0.33, 0.3, 0.6, 0.15, 0.06],
  // BT.709, sRGB
  5: [0.64, 0.33, 0.29, 0.6, 0.15, 0.06],
  // BT.601 of 625 lines
  6: [0.63, 0.34, 0.31, 0.595, 0.155, 0.07],
  // BT.601 of 525 lines
  7: [0.63, 0.34, 0.31, 0.595, 0.155, 0.07],
  // SMPTE 240M
  9: [0.708, 0.292, 0.17, 0.797, 0.131, 0.046],
  // BT.2020
  12: [0.68, 0.32, 0.265, 0.69, 0.15, 0.06]
  // Display P3
};
var D65 = [0.3127, 0.329];
var srgbToLight = (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
var TRANSFERS = {
  1: srgbToLight,
  4: (v) => v ** 2.2,
  5: (v) => v ** 2.8,
  6: srgbToLight,
  8: (v) => v,
  13: srgbToLight,
  14: srgbToLight,
  15: srgbToLight
};
var NAMES = { 16: "PQ", 18: "HLG" };
var isUnspecified = (code) => code === 2 || code === 0;
var SRGB = { primaries: 1, transfer: 13 };
function toSrgb(declared) {
  if (declared === void 0) return void 0;
  const primaries = isUnspecified(declared.primaries) ? SRGB.primaries : declared.primaries;
  const transfer = isUnspecified(declared.transfer) ? SRGB.transfer : declared.transfer;
  const [corners, curve] = [PRIMARIES[primaries], TRANSFERS[transfer]];
  if (curve === void 0) throw unsupported(NAMES[transfer], `the transfer curve ${transfer} of H.273`);
  if (corners === void 0) throw unsupported(void 0, `the colour primaries ${primaries} of H.273`);
  if (primaries === SRGB.primaries && curve === srgbToLight) return void 0;
  const matrix = multiply(inverse(toXyz(PRIMARIES[1])), toXyz(corners));
  return (data, channels) => convert(data, channels, curve, matrix);
}
function convert(data, channels, curve, matrix) {
  const light = Float64Array.from({ length: 256 }, (_, i) => curve(i / 255));
  const steps = 65535;
  const values = Uint8Array.from({ length: steps + 1 }, (_, i) => {
    const l = i / steps;
    return Math.round(255 * (l <= 31308e-7 ? 12.92 * l : 1.055 * l ** (1 / 2.4) - 0.055));
  });
  const to = (row, r, g, b) => values[Math.round(steps * Math.min(1, Math.max(0, row[0] * r + row[1] * g + row[2] * b)))];
  const [red, green, blue] = matrix;
  for (let at = 0; at < data.length; at += channels) {
    const [r, g, b] = [light[data[at]], light[data[at + 1]], light[data[at + 2]]];
    data[at] = to(red, r, g, b);
    data[at + 1] = to(green, r, g, b);
    data[at + 2] = to(blue, r, g, b);
  }
}
function unsupported(name, rest) {
  const got = name === void 0 ? rest : `${name}, high dynamic range; export it as SDR`;
  return new StrataError(
    "INPUT_UNSUPPORTED",
    `picture: expected colours of standard dynamic range, got ${got}`
  );
}
function toXyz(corners) {
  const xyz = (x, y) => [x / y, 1, (1 - x - y) / y];
  const columns = [0, 2, 4].map((i) => xyz(corners[i], corners[i + 1]));
  const rows = [0, 1, 2].map((i) => columns.map((column) => column[i]));
  const white = xyz(...D65);
  const scale = inverse(rows).map((row) => row[0] * white[0] + row[1] * white[1] + row[2] * white[2]);
  return rows.map((row) => row.map((value, i) => value * scale[i]));
}
function multiply(a, b) {
  return a.map(
    (row) => [0, 1, 2].map((i) => row.reduce((sum2, value, k) => sum2 + value * b[k][i], 0))
  );
}
function inverse(matrix) {
  const at = (row, column) => matrix[row % 3][column % 3];
  const cofactor = (row, column) => at(row + 1, column + 1) * at(row + 2, column + 2) - at(row + 1, column + 2) * at(row + 2, column + 1);
  const determinant2 = [0, 1, 2].reduce((sum2, column) => sum2 + at(0, column) * cofactor(0, column), 0);
  return [0, 1, 2].map(
    (row) => [0, 1, 2].map((column) => cofactor(column, row) / determinant2)
  );
}

// src/node/ingest.ts
var DEFAULT_MAX_PIXELS = MAX_SOURCE_PIXELS;
var FAIL_ON = "error";
var DECODES_HEIC = sharp.format.heif.input.fileSuffix?.includes(".heic") === true;
var LANCZOS = { kernel: "lanczos3", fit: "fill" };
async function openPicture(bytes, maxPixels = DEFAULT_MAX_PIXELS) {
  if (bytes.length === 0) throw new StrataError("INPUT_EMPTY", "picture: expected a file, got 0 bytes");
  const format = sniffFormat(bytes);
  if (!format) {
    const expected = INPUT_FORMATS.join(", ");
    throw new StrataError(
      "INPUT_UNSUPPORTED",
      `picture: expected one of ${expected}, got ${describeUnknown(bytes)}`
    );
  }
  if (format === "heic" && !DECODES_HEIC) throw heicUnsupported();
  const header = sharp(bytes, { failOn: FAIL_ON, limitInputPixels: false }).metadata();
  const metadata = await orCorrupt(header, format);
  checkSize(metadata, maxPixels);
  const cicp = readCicp(format, bytes);
  toSrgb(cicp);
  const { width, height } = metadata.autoOrient;
  return { bytes, format, metadata, maxPixels, cicp, width, height };
}
async function decodePicture(picture, options) {
  const { part, size, matte } = options;
  const pipeline = await inputOf(picture);
  if (matte) pipeline.flatten({ background: matte });
  if (part) pipeline.extract(part);
  if (size) pipeline.resize(size.width, size.height, { ...LANCZOS, fastShrinkOnLoad: false });
  return await orCorrupt(rawPicture(pipeline), picture.format);
}
async function resizeLanczos(image, width, height) {
  if (width === image.width && height === image.height) return image;
  const raw = { width: image.width, height: image.height, channels: 3 };
  const resized = await rawPicture(
    sharp(image.data, { raw, limitInputPixels: false }).resize(width, height, LANCZOS)
  );
  return rgbImage(width, height, resized.data);
}
function checkSize({ width, height }, maxPixels) {
  const size = `${width} \xD7 ${height}`;
  if (width * height > maxPixels) {
    const expected = `at most ${maxPixels / 1e6} megapixels`;
    throw new StrataError("INPUT_TOO_LARGE", `picture: expected ${expected}, got ${size}`);
  }
  if (Math.max(width, height) > MAX_DIMENSION) {
    throw new StrataError(
      "INPUT_TOO_LARGE",
      `picture: expected sides of at most ${MAX_DIMENSION}, got ${size}`
    );
  }
}
async function inputOf(picture) {
  const { bytes, format, metadata, maxPixels, cicp } = picture;
  const convert2 = toSrgb(cicp);
  const ignoreIcc = format === "png" && cicp !== void 0;
  const hasProfile = metadata.hasProfile && !ignoreIcc;
  const frame = format === "gif" && !metadata.hasAlpha ? partialFrame(bytes, picture) : void 0;
  const open = (file) => sharp(file, { failOn: FAIL_ON, limitInputPixels: maxPixels, ignoreIcc }).autoOrient();
  let input = open(bytes);
  if (isGrey(metadata) && hasProfile && metadata.depth === "ushort") {
    const png = input.toColourspace("b-w").keepIccProfile().png({ compressionLevel: 0 }).toBuffer();
    input = open(await orCorrupt(png, format));
  }
  const isWhole = isGrey(metadata) && hasProfile && metadata.hasAlpha;
  if (convert2 === void 0 && frame === void 0 && !isWhole)
    return convertEarly(input, { ...metadata, hasProfile });
  if (frame) input.extract(frame);
  const { data, ...raw } = await orCorrupt(rawPicture(input), format);
  convert2?.(data, raw.channels);
  const decoded = sharp(data, { raw, limitInputPixels: false });
  return frame ? await onCanvas(decoded, frame, picture) : decoded;
}
async function onCanvas(decoded, frame, canvas) {
  const around2 = {
    left: frame.left,
    top: frame.top,
    right: canvas.width - frame.left - frame.width,
    bottom: canvas.height - frame.top - frame.height
  };
  const background = { r: 0, g: 0, b: 0, alpha: 0 };
  const { data, ...raw } = await rawPicture(decoded.ensureAlpha().extend({ ...around2, background }));
  return sharp(data, { raw, limitInputPixels: false });
}
function convertEarly(input, metadata) {
  const { depth, space, hasProfile, hasAlpha } = metadata;
  const profiled16 = depth === "ushort" && hasProfile && space !== "cmyk" && !isGrey(metadata);
  return profiled16 || hasAlpha && isGrey(metadata) ? input.pipelineColourspace("srgb") : input;
}
function isGrey({ space }) {
  return space === "b-w" || space === "grey16";
}
async function rawPicture(pipeline) {
  const { data, info } = await pipeline.toColourspace("srgb").raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels !== 3 && channels !== 4) throw new Error(`decoded to ${channels} channels instead of 3 or 4`);
  return { width, height, channels, data: new Uint8Array(data.buffer, data.byteOffset, data.length) };
}
async function orCorrupt(work, format) {
  try {
    return await work;
  } catch (cause) {
    const lines = String(cause instanceof Error ? cause.message : cause).split("\n");
    const reason = (lines.find((line) => !/failOn/.test(line)) ?? "").replace(/[:\s]+$/, "");
    if (format === "heic" && /unsupported|plugin|codec/i.test(reason)) throw heicUnsupported(cause);
    throw new StrataError("INPUT_CORRUPT", `picture: cannot be decoded (${reason || "damaged"})`, { cause });
  }
}
function heicUnsupported(cause) {
  const expected = INPUT_FORMATS.join(", ");
  const advice = "convert it to JPEG, or install sharp at the origin with a libvips that decodes HEIC";
  return new StrataError(
    "INPUT_UNSUPPORTED",
    `picture: expected one of ${expected}, got a HEIC file; ${advice}`,
    {
      cause
    }
  );
}

// src/node/picture-layers/montage.ts
var TILE = 128;
var TILES = 3;
function montage(picture) {
  const { width, height, channels, data } = picture;
  const columns = places(width);
  const rows = places(height);
  if (columns.length === width && rows.length === height) return picture;
  const cut = new Uint8Array(channels * columns.length * rows.length);
  let to = 0;
  for (const y of rows) {
    for (const x of columns) {
      const from = channels * (y * width + x);
      for (let c = 0; c < channels; c++) cut[to++] = data[from + c];
    }
  }
  return { width: columns.length, height: rows.length, channels, data: cut };
}
function places(length) {
  if (length <= TILE * TILES) return Array.from({ length }, (_, i) => i);
  const room = length - TILE;
  return Array.from({ length: TILE * TILES }, (_, i) => {
    const tile = Math.floor(i / TILE);
    return Math.round(room * tile / (TILES - 1)) + i % TILE;
  });
}

// src/node/picture-layers/look.ts
function look(picture) {
  const { colours, flat, straight } = statistics(picture);
  if (flat > 0.6 && colours < 0.05) return "drawing";
  if (flat < 0.04 && straight < 0.16 && colours > 0.1) return "photograph";
  return flat < 0.45 && colours > 0.04 ? "photographic" : "unsure";
}
function statistics(picture) {
  const { width, height, channels, data } = montage(picture);
  const colours = /* @__PURE__ */ new Set();
  let [flat, straight, pixels] = [0, 0, 0];
  const colour = (at) => data[at] << 16 | data[at + 1] << 8 | data[at + 2];
  for (let y = 0; y + 1 < height; y++) {
    for (let x = 0; x + 1 < width; x++) {
      const at = channels * (y * width + x);
      const here = colour(at);
      const [right, below] = [colour(at + channels) === here, colour(at + channels * width) === here];
      colours.add(here);
      pixels++;
      if (right && below) flat++;
      else if (right || below) straight++;
    }
  }
  if (pixels === 0) return { colours: 1, flat: 0, straight: 0 };
  return {
    colours: colours.size / pixels,
    flat: flat / pixels,
    straight: straight / Math.max(1, pixels - flat)
  };
}

// src/core/abort.ts
function throwIfAborted(signal) {
  if (signal?.aborted) throw aborted(signal);
}
function aborted(signal) {
  return new StrataError("ABORTED", "the request was cancelled", { cause: signal.reason });
}

// src/format/coding.ts
var CODINGS = ["compass", "webp", "avif", "png", "webp-animated"];
var NO_MODEL_SET = "0000000000000000";
var LAYER_HAS_ALPHA = 1;
var LAYER_IS_LOSSLESS = 2;
function holdsPictures({
  layers
}) {
  return layers[0]?.coding !== "compass";
}

// src/format/quality.ts
var DEFAULT_QUALITIES = { base: 55, above: 58 };
function defaultQuality(layer) {
  return layer === 0 ? DEFAULT_QUALITIES.base : DEFAULT_QUALITIES.above;
}
function checkQuality(quality) {
  if (!Number.isInteger(quality) || quality < 1 || quality > 100) {
    throw invalidParam("quality", "an integer from 1 to 100", quality);
  }
}

// src/format/ladder.ts
function checkLadder(rungs, sourceWidth) {
  checkSourceWidth(sourceWidth);
  if (rungs.length < 1 || rungs.length > MAX_LAYERS) {
    throw invalidParam("widths", `1 to ${MAX_LAYERS} widths`, rungs.length);
  }
  let below;
  for (const rung of rungs) {
    if (!isIntegerIn(rung.width, 1, sourceWidth)) {
      throw invalidParam("widths", `integers from 1 to the source's width, ${sourceWidth}`, rung.width);
    }
    checkQuality(rung.quality);
    if (below && rung.width < below.width) {
      throw invalidParam("widths", "a list that never falls", `${below.width},${rung.width}`);
    }
    if (below && rung.width === below.width && rung.quality <= below.quality) {
      const got = `${below.width}@${below.quality},${rung.width}@${rung.quality}`;
      throw invalidParam("widths", "equal widths with rising quality", got);
    }
    below = rung;
  }
}
function layerHeight(width, sourceWidth, sourceHeight) {
  return Math.max(1, Math.round(sourceHeight * width / sourceWidth));
}
function checkSourceWidth(width) {
  if (!isIntegerIn(width, 1, MAX_DIMENSION)) {
    throw invalidParam("source width", `an integer from 1 to ${MAX_DIMENSION}`, width);
  }
}
function isIntegerIn(value, min, max) {
  return Number.isInteger(value) && value >= min && value <= max;
}

// src/core/crc32c.ts
var POLYNOMIAL = 2197175160;
var SLICES = 8;
var TABLES = /* @__PURE__ */ makeTables();
function makeTables() {
  const tables = new Int32Array(256 * SLICES);
  for (let byte = 0; byte < 256; byte++) {
    let register = byte;
    for (let bit = 0; bit < 8; bit++) register = register >>> 1 ^ (register & 1 ? POLYNOMIAL : 0);
    tables[byte] = register;
  }
  for (let i = 256; i < tables.length; i++) {
    const shorter = tables[i - 256];
    tables[i] = shorter >>> 8 ^ tables[shorter & 255];
  }
  return tables;
}
function crc32c(bytes, seed = 0) {
  const view = dataView(bytes);
  const length = bytes.length;
  const t = TABLES;
  let crc = ~seed;
  let i = 0;
  for (const last = length - SLICES; i <= last; i += SLICES) {
    const low = view.getInt32(i, true) ^ crc;
    const high = view.getInt32(i + 4, true);
    crc = t[1792 | low & 255] ^ t[1536 | low >>> 8 & 255] ^ t[1280 | low >>> 16 & 255] ^ t[1024 | low >>> 24] ^ t[768 | high & 255] ^ t[512 | high >>> 8 & 255] ^ t[256 | high >>> 16 & 255] ^ t[high >>> 24];
  }
  for (; i < length; i++) crc = crc >>> 8 ^ t[(crc ^ bytes[i]) & 255];
  return ~crc >>> 0;
}

// src/format/checks.ts
function check(holds, name, expected, actual) {
  if (!holds) throw new StrataError("FORMAT_INVALID", `${name}: expected ${expected}, got ${actual}`);
}
function need(bytes, length, what) {
  if (bytes.length < length) {
    throw new StrataError(
      "FORMAT_TRUNCATED",
      `${what} needs ${length} bytes of the file, got ${bytes.length}`
    );
  }
}

// src/format/layers.ts
function readStrips(bytes, layer) {
  const name = `layer ${layer.index}`;
  const count = stripCount(layer.height);
  const first = layer.start + stripIndexBytes(count);
  need(bytes, first, `the strip index of ${name}`);
  const checksumAt = first - STRIP_INDEX_CHECKSUM.bytes;
  const index = bytes.subarray(layer.start, checksumAt);
  if (stripIndexChecksum(bytes, index) !== readField(bytes, STRIP_INDEX_CHECKSUM, checksumAt)) {
    throw new StrataError("FORMAT_CHECKSUM", `${name}: the strip index is damaged or of another file`);
  }
  const stored = readField(index, STRIP_INDEX.count);
  check(stored === count, `${name}: strip count`, count, stored);
  check(readField(index, STRIP_INDEX.reserved) === 0, `${name}: reserved bytes`, 0, "other");
  const offsets = [first];
  for (let i = 0, end = first; i < count; i++) {
    end += readField(index, STRIP.length, STRIP_INDEX_HEAD_BYTES + i * STRIP_BYTES);
    offsets.push(end);
  }
  check(offsets[count] === layer.end, `${name}: end of the strips`, layer.end, offsets[count]);
  function strip(i) {
    const start = offsets[i];
    const end = offsets[i + 1];
    if (start === void 0 || end === void 0) {
      throw new StrataError("INTERNAL", `${name}: expected a strip from 0 to ${count - 1}, got ${i}`);
    }
    need(bytes, end, `strip ${i} of ${name}`);
    const data = bytes.subarray(start, end);
    if (crc32c(data) !== readField(index, STRIP.checksum, STRIP_INDEX_HEAD_BYTES + i * STRIP_BYTES)) {
      throw new StrataError("FORMAT_CHECKSUM", `${name}: strip ${i} is damaged`);
    }
    return data;
  }
  return { count, strip };
}
function stripIndexChecksum(file, index) {
  return crc32c(index, readField(file, HEADER.checksum));
}

// src/format/reader.ts
function headerLength(bytes) {
  for (const [i, expected] of MAGIC.entries()) {
    if (i < bytes.length && bytes[i] !== expected) {
      throw new StrataError("FORMAT_MAGIC", "not a .strata file: the first bytes are those of something else");
    }
  }
  need(bytes, FIXED_HEADER_BYTES, "the fixed part of the header");
  const version = readField(bytes, HEADER.version);
  if (version !== VERSION) {
    throw new StrataError("FORMAT_VERSION", `.strata version: expected ${VERSION}, got ${version}`);
  }
  const length = readField(bytes, HEADER.headerLength);
  const layerCount = readField(bytes, HEADER.layerCount);
  check(layerCount >= 1 && layerCount <= MAX_LAYERS, "layer count", `1 to ${MAX_LAYERS}`, layerCount);
  const entryBytes = LAYER_BYTES + (namesModels(bytes) ? 0 : LAYER_CHECKSUM.bytes);
  const computed = FIXED_HEADER_BYTES + layerCount * entryBytes + readField(bytes, HEADER.placeholderLength);
  check(length === computed, "header length", computed, length);
  check(length <= MAX_HEADER_BYTES, "header length", `at most ${MAX_HEADER_BYTES}`, length);
  return length;
}
function readHeader(bytes) {
  const length = headerLength(bytes);
  need(bytes, length, "the header");
  const stored = readField(bytes, HEADER.checksum);
  if (headerChecksum(bytes.subarray(0, length)) !== stored) {
    throw new StrataError("FORMAT_CHECKSUM", "the header is damaged: its checksum does not match");
  }
  const totalLength = readField(bytes, HEADER.totalLength);
  check(bytes.length <= totalLength, "file length", `at most the declared ${totalLength} bytes`, bytes.length);
  check(readField(bytes, HEADER.reserved) === 0, HEADER.reserved.name, 0, readField(bytes, HEADER.reserved));
  const source = readSource(bytes);
  const layers = readLayers(bytes, source, length);
  const end = layers.at(-1)?.end;
  check(end === totalLength, "end of the last layer", `the declared total length, ${totalLength}`, end);
  return {
    version: VERSION,
    flags: readField(bytes, HEADER.flags),
    headerLength: length,
    totalLength,
    source,
    modelSet: hex(bytes.subarray(MODEL_SET_OFFSET, MODEL_SET_OFFSET + MODEL_SET_BYTES)),
    layers,
    placeholder: bytes.subarray(length - readField(bytes, HEADER.placeholderLength), length)
  };
}
function wholeLayers(header, available) {
  return header.layers.filter((layer) => layer.end <= available).length;
}
function headerChecksum(header) {
  const { offset, bytes } = HEADER.checksum;
  return crc32c(header.subarray(offset + bytes), crc32c(header.subarray(0, offset)));
}
function readSource(bytes) {
  const width = readField(bytes, HEADER.sourceWidth);
  const height = readField(bytes, HEADER.sourceHeight);
  check(width >= 1 && height >= 1, "source size", "at least 1x1", `${width}x${height}`);
  check(width * height <= MAX_SOURCE_PIXELS, "source pixels", `at most ${MAX_SOURCE_PIXELS}`, width * height);
  const sha2562 = hex(bytes.subarray(SOURCE_HASH_OFFSET, SOURCE_HASH_OFFSET + SOURCE_HASH_BYTES));
  return { width, height, sha256: sha2562 };
}
function readLayers(bytes, source, firstStart) {
  const layers = [];
  const count = readField(bytes, HEADER.layerCount);
  for (let index = 0; index < count; index++) {
    const layer = readLayer(bytes, index);
    checkCoding(layer, namesModels(bytes));
    checkLayer(layer, layers.at(-1), source, firstStart);
    layers.push(layer);
  }
  return layers;
}
function readLayer(bytes, index) {
  const record = FIXED_HEADER_BYTES + index * LAYER_BYTES;
  const number = readField(bytes, LAYER.coding, record);
  const coding = CODINGS[number];
  if (coding === void 0) {
    const message = `layer ${index}: expected a coding from 0 to ${CODINGS.length - 1}, got ${number}`;
    throw new StrataError("CODING_UNKNOWN", message);
  }
  const tableEnd = FIXED_HEADER_BYTES + readField(bytes, HEADER.layerCount) * LAYER_BYTES;
  const checksumAt = tableEnd + index * LAYER_CHECKSUM.bytes;
  return {
    index,
    coding,
    checksum: namesModels(bytes) ? 0 : readField(bytes, LAYER_CHECKSUM, checksumAt),
    width: readField(bytes, LAYER.width, record),
    height: readField(bytes, LAYER.height, record),
    quality: readField(bytes, LAYER.quality, record),
    flags: readField(bytes, LAYER.flags, record),
    score: readField(bytes, LAYER.score, record),
    start: readField(bytes, LAYER.start, record),
    end: readField(bytes, LAYER.end, record)
  };
}
function checkCoding({ index, coding, flags, quality }, hasModels) {
  const name = `layer ${index}`;
  const isCompass = coding === "compass";
  const expected = hasModels ? "compass, as the file names a model set" : "a picture, as the file names no model set";
  check(isCompass === hasModels, `${name}: coding`, expected, coding);
  if (isCompass) return;
  const known = LAYER_HAS_ALPHA | LAYER_IS_LOSSLESS;
  check((flags & ~known) === 0, `${name}: flags`, `bits of ${known}`, flags);
  const isFull = (flags & LAYER_IS_LOSSLESS) === 0 || quality === 100;
  check(isFull, `${name}: quality`, "100, as the layer is lossless", quality);
}
function namesModels(bytes) {
  return bytes.subarray(MODEL_SET_OFFSET, MODEL_SET_OFFSET + MODEL_SET_BYTES).some((byte) => byte !== 0);
}
function checkLayer(layer, below, source, firstStart) {
  const { width, height, quality, score, start, end } = layer;
  const name = `layer ${layer.index}`;
  check(width >= 1 && width <= source.width, `${name}: width`, `1 to ${source.width}`, width);
  const expected = layerHeight(width, source.width, source.height);
  check(height === expected, `${name}: height`, expected, height);
  check(quality >= 1 && quality <= 100, `${name}: quality`, "1 to 100", quality);
  check(score <= 100, `${name}: score`, "at most 100", score);
  if (below) {
    check(width >= below.width, `${name}: width`, `at least ${below.width}, that of the layer below`, width);
    check(
      width > below.width || quality > below.quality,
      `${name}: quality`,
      `above ${below.quality}, as the layer below is as wide`,
      quality
    );
  }
  const expectedStart = below ? below.end : firstStart;
  check(start === expectedStart, `${name}: start`, expectedStart, start);
  const least = start + (layer.coding === "compass" ? stripIndexBytes(stripCount(height)) : 1);
  check(end >= least, `${name}: end`, `at least ${least}`, end);
}

// src/format/writer.ts
function writeStrata(file) {
  const header = makeHeader(file, file.modelSet);
  const parts = [header];
  for (const [index, layer] of file.layers.entries()) {
    parts.push(makeStripIndex(header, layer, index), ...layer.strips);
  }
  return readBack(concat(parts));
}
function readBack(bytes) {
  readHeader(bytes);
  return bytes;
}
function makeHeader(file, modelSet) {
  const { source, layers } = file;
  const placeholder = file.placeholder ?? new Uint8Array(0);
  const checksums = FIXED_HEADER_BYTES + layers.length * LAYER_BYTES;
  const tableEnd = checksums + (modelSet === NO_MODEL_SET ? layers.length * LAYER_CHECKSUM.bytes : 0);
  const header = new Uint8Array(tableEnd + placeholder.length);
  header.set(MAGIC);
  header.set(digest("source sha256", source.sha256, SOURCE_HASH_BYTES), SOURCE_HASH_OFFSET);
  header.set(digest("model set", modelSet, MODEL_SET_BYTES), MODEL_SET_OFFSET);
  header.set(placeholder, tableEnd);
  writeField(header, HEADER.version, VERSION);
  writeField(header, HEADER.flags, file.flags ?? 0);
  writeField(header, HEADER.headerLength, header.length);
  writeField(header, HEADER.sourceWidth, source.width);
  writeField(header, HEADER.sourceHeight, source.height);
  writeField(header, HEADER.layerCount, layers.length);
  writeField(header, HEADER.placeholderLength, placeholder.length);
  let start = header.length;
  for (const [index, layer] of layers.entries()) {
    const record = FIXED_HEADER_BYTES + index * LAYER_BYTES;
    const end = start + bodyLength(layer);
    writeField(header, LAYER.width, layer.width, record);
    writeField(header, LAYER.height, layer.height, record);
    writeField(header, LAYER.quality, layer.quality, record);
    writeField(header, LAYER.flags, layer.flags ?? 0, record);
    writeField(header, LAYER.coding, "picture" in layer ? CODINGS.indexOf(layer.coding) : 0, record);
    writeField(header, LAYER.score, layer.score ?? 0, record);
    writeField(header, LAYER.start, start, record);
    writeField(header, LAYER.end, end, record);
    if ("picture" in layer) {
      writeField(header, LAYER_CHECKSUM, crc32c(layer.picture), checksums + index * LAYER_CHECKSUM.bytes);
    }
    start = end;
  }
  writeField(header, HEADER.totalLength, start);
  writeField(header, HEADER.checksum, headerChecksum(header));
  return header;
}
function bodyLength(layer) {
  if ("picture" in layer) return layer.picture.length;
  return layer.strips.reduce((sum2, strip) => sum2 + strip.length, stripIndexBytes(layer.strips.length));
}
function makeStripIndex(header, layer, number) {
  const { strips } = layer;
  if (strips.length !== stripCount(layer.height)) {
    const expected = stripCount(layer.height);
    throw new StrataError(
      "FORMAT_INVALID",
      `layer ${number}: expected ${expected} strips, got ${strips.length}`
    );
  }
  const index = new Uint8Array(stripIndexBytes(strips.length));
  const checksumAt = index.length - STRIP_INDEX_CHECKSUM.bytes;
  writeField(index, STRIP_INDEX.count, strips.length);
  for (const [i, strip] of strips.entries()) {
    const record = STRIP_INDEX_HEAD_BYTES + i * STRIP_BYTES;
    writeField(index, STRIP.length, strip.length, record);
    writeField(index, STRIP.checksum, crc32c(strip), record);
  }
  const checksum = stripIndexChecksum(header, index.subarray(0, checksumAt));
  writeField(index, STRIP_INDEX_CHECKSUM, checksum, checksumAt);
  return index;
}
function digest(name, text, length) {
  if (text.length !== 2 * length || !/^[0-9a-f]*$/.test(text)) {
    throw new StrataError("FORMAT_INVALID", `${name}: expected ${2 * length} lower-case hexadecimal digits`);
  }
  return fromHex(text);
}

// src/node/placeholder.ts
import sharp2 from "sharp";

// src/format/describe.ts
var PLACEHOLDER_STEP_BYTES = 16;

// src/core/kernels.ts
var PAGE = 65536;
function instantiateKernels(module) {
  const exports = new WebAssembly.Instance(module, {}).exports;
  const { memory } = exports;
  let kept = align(exports.heapBase());
  function keep(bytes) {
    const pointer = kept;
    const end = align(kept + bytes);
    reach(memory, end);
    kept = end;
    return pointer;
  }
  function place(sizes) {
    let end = kept;
    const pointers = sizes.map((size) => {
      const pointer = end;
      end = align(end + size);
      return pointer;
    });
    reach(memory, end);
    return pointers;
  }
  return { exports, keep, place };
}
function checkLength(name, { length }, expected) {
  if (length !== expected) {
    throw new StrataError("INTERNAL", `${name}: expected ${expected} values, got ${length}`);
  }
}
function reach(memory, end) {
  const missing = Math.ceil((end - memory.buffer.byteLength) / PAGE);
  if (missing > 0) grow(memory, missing);
}
function grow(memory, pages) {
  try {
    memory.grow(pages);
  } catch (cause) {
    throw new StrataError("INTERNAL", `the kernels' memory cannot grow by ${pages * PAGE} bytes`, { cause });
  }
}
function align(pointer) {
  return 16 * Math.ceil(pointer / 16);
}

// src/codec/placeholder/matrix.ts
var referenceProduct = (a, b, c, sizes) => {
  checkSizes(a, b, c, sizes);
  const [n2, k, m] = sizes;
  for (let row = 0; row < n2; row++) {
    let o = 0;
    for (let at = row * m; o + 4 <= m; o += 4, at += 4) {
      let [c0, c1, c2, c3] = [c[at], c[at + 1], c[at + 2], c[at + 3]];
      for (let i = row * k, j = o; j < k * m; i++, j += m) {
        const value = a[i];
        c0 += value * b[j];
        c1 += value * b[j + 1];
        c2 += value * b[j + 2];
        c3 += value * b[j + 3];
      }
      c[at] = c0;
      c[at + 1] = c1;
      c[at + 2] = c2;
      c[at + 3] = c3;
    }
    for (; o < m; o++) {
      let sum2 = c[row * m + o];
      for (let i = row * k, j = o; j < k * m; i++, j += m) sum2 += a[i] * b[j];
      c[row * m + o] = sum2;
    }
  }
};
function createWasmProduct(module) {
  const { exports, place } = instantiateKernels(module);
  return (a, b, c, sizes) => {
    checkSizes(a, b, c, sizes);
    const [atA, atB, atC] = place([8 * a.length, 8 * b.length, 8 * c.length]);
    const { buffer } = exports.memory;
    new Float64Array(buffer, atA, a.length).set(a);
    new Float64Array(buffer, atB, b.length).set(b);
    const sums = new Float64Array(buffer, atC, c.length);
    sums.set(c);
    exports.matrixAddProduct(atA, atB, atC, ...sizes);
    c.set(sums);
  };
}
var instances = /* @__PURE__ */ new WeakMap();
function productOf({
  kernels: module
}) {
  if (!module) return referenceProduct;
  const cached = instances.get(module);
  if (cached) return cached;
  const product = createWasmProduct(module);
  instances.set(module, product);
  return product;
}
function checkSizes(a, b, c, [n2, k, m]) {
  checkLength("a", a, n2 * k);
  checkLength("b", b, k * m);
  checkLength("c", c, n2 * m);
}
function transpose(matrix, rows) {
  const columns = matrix.length / rows;
  const out = new Float64Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let i = 0, at = row; i < columns; i++, at += rows) out[at] = matrix[row * columns + i];
  }
  return out;
}

// src/codec/placeholder/model.ts
var SIDE = 32;
var BLOCK = 8;
var GRID = SIDE / BLOCK;
var CELLS = GRID * GRID;
var BITS = 128;
var ITERATIONS_PER_STEP = 8 * PLACEHOLDER_STEP_BYTES / BITS;
var NAME = "placeholder";
function tableLengths({ iterations, channels, hidden, mixed }) {
  const size = CELLS * channels;
  return {
    ...{ codewordSteps: iterations * BITS, lapped: SIDE * SIDE, colour: 9, mean: size, scale: size },
    ...{ mixIn: mixed * (channels + hidden), mixInBias: mixed, mixAcross: 9 * mixed, mixAcrossBias: mixed },
    ...{ mixOut: (channels + 4 * hidden) * mixed, mixOutBias: channels + 4 * hidden },
    ...{ gateBias: iterations * size, lstmBias: iterations * 4 * hidden, cellBias: CELLS * 4 * hidden },
    ...{ read: 4 * hidden * channels, show: 9 * channels * hidden, showBias: channels }
  };
}
function hasPlaceholder({ manifest }) {
  return manifest.files[`${NAME}.bin`] !== void 0;
}
var opened = /* @__PURE__ */ new WeakMap();
function loadPlaceholder(runtime) {
  const cached = opened.get(runtime);
  if (cached) return cached;
  const model = Promise.all([runtime.table(NAME), runtime.blob(NAME)]).then(
    ([table, blob]) => openPlaceholder(table, blob, productOf(runtime))
  );
  opened.set(runtime, model);
  model.catch(() => opened.delete(runtime));
  return model;
}
function openPlaceholder(value, blob, product = referenceProduct) {
  const { id, iterations, channels, hidden, mixed, selected, parts } = checkTable(value);
  const bytes = blob.slice();
  const at = (name, length, width) => {
    const offset = parts[name];
    if (!Number.isInteger(offset) || offset < 0 || offset + length * width > bytes.length) {
      throw invalid(`${name} inside ${NAME}.bin of ${bytes.length} bytes`);
    }
    return offset;
  };
  const lengths = Object.entries(tableLengths({ iterations, channels, hidden, mixed }));
  const tables = Object.fromEntries(
    lengths.map(([name, length]) => {
      return [name, Float64Array.from(new Float32Array(bytes.buffer, at(name, length, 4), length))];
    })
  );
  tables.mixIn = transpose(tables.mixIn, mixed);
  tables.mixOut = transpose(tables.mixOut, channels + 4 * hidden);
  tables.read = transpose(tables.read, 4 * hidden);
  for (let tap = 0, size = channels * hidden; tap < 9; tap++) {
    tables.show.set(transpose(tables.show.slice(tap * size, (tap + 1) * size), channels), tap * size);
  }
  const words = iterations * BITS * CELLS * channels;
  const codewords = new Int8Array(bytes.buffer, at("codewords", words, 1), words);
  const steps = Math.floor(iterations / ITERATIONS_PER_STEP);
  const places2 = placesOf(selected);
  return { id, steps, iterations, channels, hidden, mixed, places: places2, codewords, tables, product };
}
function placesOf(selected) {
  const places2 = new Int32Array(CELLS * selected.length);
  for (let cell = 0; cell < CELLS; cell++) {
    const corner = BLOCK * SIDE * Math.floor(cell / GRID) + BLOCK * (cell % GRID);
    for (const [i, index] of selected.entries()) {
      const [plane, within] = [Math.floor(index / BLOCK ** 2), index % BLOCK ** 2];
      const row = Math.floor(within / BLOCK);
      places2[cell * selected.length + i] = plane * SIDE ** 2 + corner + row * SIDE + within % BLOCK;
    }
  }
  return places2;
}
function checkTable(value) {
  const table = value;
  if (typeof table !== "object" || table === null || table.format !== 1) throw invalid("format 1");
  if (typeof table.id !== "string" || !/^[0-9a-f]{16}$/.test(table.id)) throw invalid("an id of 16 digits");
  if (table.bits !== BITS) throw invalid(`${BITS} bits an iteration`);
  for (const name of ["iterations", "channels", "hidden", "mixed"]) {
    if (!Number.isInteger(table[name]) || table[name] < 1 || table[name] > 1024)
      throw invalid(`a size ${name}`);
  }
  const indexes = table.selected;
  if (!Array.isArray(indexes) || indexes.length !== table.channels) throw invalid("an index for each channel");
  if (!indexes.every((i) => Number.isInteger(i) && i >= 0 && i < 3 * BLOCK * BLOCK))
    throw invalid("indexes below 192");
  if (typeof table.parts !== "object" || table.parts === null) throw invalid("parts");
  return table;
}
function invalid(expected) {
  return new StrataError("MODEL_INVALID", `${NAME}.json: expected ${expected}`);
}

// src/codec/placeholder/box.ts
function boxOf({ width, height }, longer = SIDE) {
  const fit = (side) => Math.max(1, Math.round(longer * side / Math.max(width, height)));
  return { width: fit(width), height: fit(height) };
}

// src/codec/placeholder/network.ts
function firstState({ channels, hidden }) {
  const [c, h, memory] = [channels, hidden, hidden].map((n2) => new Float64Array(CELLS * n2));
  return { c, hidden: h, memory };
}
function gatesOf(model, { c, hidden }, iteration) {
  const { channels, tables, product } = model;
  const inputs = channels + model.hidden;
  const outputs = channels + 4 * model.hidden;
  const features = new Float64Array(CELLS * inputs);
  for (let cell = 0; cell < CELLS; cell++) {
    for (let i = 0; i < channels; i++) {
      const at = cell * channels + i;
      features[cell * inputs + i] = tanh(c[at] * 0.5 / tables.scale[at]);
    }
    for (let i = 0; i < model.hidden; i++) {
      features[cell * inputs + channels + i] = hidden[cell * model.hidden + i];
    }
  }
  const mixed = dense(product, features, tables.mixIn, tables.mixInBias);
  const spread = across(mixed, tables.mixAcross, tables.mixAcrossBias);
  const sums = dense(product, spread, tables.mixOut, tables.mixOutBias);
  const gate = new Float64Array(CELLS * channels);
  const lstm = new Float64Array(CELLS * 4 * model.hidden);
  const width = 4 * model.hidden;
  for (let cell = 0; cell < CELLS; cell++) {
    for (let i = 0; i < channels; i++) {
      const at = cell * channels + i;
      gate[at] = 2 * sigmoid(sums[cell * outputs + i] + tables.gateBias[iteration * CELLS * channels + at]);
    }
    for (let i = 0; i < width; i++) {
      const bias = tables.lstmBias[iteration * width + i] + tables.cellBias[cell * width + i];
      lstm[cell * width + i] = sums[cell * outputs + channels + i] + bias;
    }
  }
  return { gate, lstm };
}
function addCodeword(model, iteration, bit, sign, out) {
  const word = iteration * BITS + bit;
  const unit = sign * model.tables.codewordSteps[word];
  const from = word * out.length;
  for (let i = 0; i < out.length; i++) out[i] += unit * model.codewords[from + i];
}
function advance(model, state, { gate, lstm }, x) {
  const { hidden: width, tables, product } = model;
  const c = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) c[i] = state.c[i] + gate[i] * x[i];
  const sums = dense(product, x, tables.read);
  const memory = new Float64Array(CELLS * width);
  const hidden = new Float64Array(CELLS * width);
  for (let cell = 0; cell < CELLS; cell++) {
    const from = cell * 4 * width;
    for (let i = 0; i < width; i++) {
      const at = cell * width + i;
      const part = (k) => lstm[from + k * width + i] + sums[from + k * width + i];
      memory[at] = sigmoid(part(1)) * state.memory[at] + sigmoid(part(0)) * tanh(part(3));
      hidden[at] = sigmoid(part(2)) * tanh(memory[at]);
    }
  }
  const shown = dense(product, around(hidden, width), tables.show, tables.showBias);
  for (let i = 0; i < shown.length; i++) shown[i] = c[i] + shown[i] * tables.scale[i];
  return { state: { c, hidden, memory }, shown };
}
function sigmoid(x) {
  return Math.max(0, Math.min(1, x * 0.25 + 0.5));
}
function tanh(x) {
  return Math.max(-1, Math.min(1, x));
}
function dense(product, x, weights, bias) {
  const inputs = x.length / CELLS;
  const outputs = weights.length / inputs;
  const out = new Float64Array(CELLS * outputs);
  if (bias) for (let cell = 0; cell < CELLS; cell++) out.set(bias, cell * outputs);
  product(x, weights, out, [CELLS, inputs, outputs]);
  return out;
}
function across(x, weights, bias) {
  const channels = bias.length;
  const out = new Float64Array(x.length);
  for (let cell = 0; cell < CELLS; cell++) {
    for (let i = 0; i < channels; i++) out[cell * channels + i] = bias[i];
    eachNeighbour(cell, (other, tap) => {
      for (let i = 0; i < channels; i++) {
        out[cell * channels + i] += weights[tap * channels + i] * x[other * channels + i];
      }
    });
  }
  return out;
}
function around(x, inputs) {
  const out = new Float64Array(9 * x.length);
  for (let cell = 0; cell < CELLS; cell++) {
    eachNeighbour(cell, (other, tap) => {
      const to = (9 * cell + tap) * inputs;
      for (let i = 0; i < inputs; i++) out[to + i] = x[other * inputs + i];
    });
  }
  return out;
}
function eachNeighbour(cell, visit) {
  const [row, column] = [Math.floor(cell / GRID), cell % GRID];
  for (let tap = 0; tap < 9; tap++) {
    const y = row + Math.floor(tap / 3) - 1;
    const x = column + tap % 3 - 1;
    if (y >= 0 && y < GRID && x >= 0 && x < GRID) visit(y * GRID + x, tap);
  }
}

// src/codec/placeholder/plane-transform.ts
var PlaneTransform = class {
  #product;
  #planes;
  #high;
  #wide;
  /** @param places index of each number in three planes of 32x32; all other frequencies are zero */
  constructor(product, places2, rows, columns) {
    this.#product = product;
    this.#high = rows.length / SIDE;
    this.#wide = columns.length / SIDE;
    this.#planes = [0, 1, 2].map((plane) => planeOf(places2, plane, rows, columns));
  }
  run(numbers) {
    const [high, wide] = [this.#high, this.#wide];
    const out = new Float64Array(3 * high * wide);
    for (const [index, plane] of this.#planes.entries()) {
      const { down, across: across2, values, targets } = plane;
      for (let i = 0; i < targets.length; i++) values[targets[i]] = numbers[plane.numbers[i]];
      const lines = new Float64Array(high * across2);
      this.#product(plane.rows, values, lines, [high, down, across2]);
      const samples = out.subarray(index * high * wide, (index + 1) * high * wide);
      this.#product(lines, plane.columns, samples, [high, across2, wide]);
    }
    return out;
  }
};
function planeOf(places2, plane, rows, columns) {
  const numbers = Int32Array.from(
    [...places2.keys()].filter((i) => Math.floor(places2[i] / SIDE ** 2) === plane)
  );
  const at = (i) => ({ u: Math.floor(places2[i] % SIDE ** 2 / SIDE), v: places2[i] % SIDE });
  const ascending = (found) => [...new Set(found)].sort((a, b) => a - b);
  const us = ascending([...numbers].map((i) => at(i).u));
  const vs = ascending([...numbers].map((i) => at(i).v));
  return {
    ...{ down: us.length, across: vs.length, values: new Float64Array(us.length * vs.length), numbers },
    targets: numbers.map((i) => us.indexOf(at(i).u) * vs.length + vs.indexOf(at(i).v)),
    rows: pick(rows, us),
    columns: transpose(pick(columns, vs), columns.length / SIDE)
  };
}
function pick(matrix, columns) {
  return Float64Array.from({ length: matrix.length / SIDE * columns.length }, (_, i) => {
    const row = Math.floor(i / columns.length);
    return matrix[row * SIDE + columns[i % columns.length]];
  });
}

// src/codec/placeholder/beam.ts
var WIDTH = 16;
function beamSearch(products, slopes) {
  const lengths = products.map((row, j) => row[j]);
  const order = [...lengths.keys()].sort((a, b) => lengths[b] - lengths[a]);
  let kept = [{ bits: new Int8Array(slopes.length), slopes, error: 0 }];
  for (const j of order) {
    const next = kept.flatMap(
      (from) => [1, -1].map((sign) => ({ from, sign, error: from.error - 2 * sign * from.slopes[j] + lengths[j] }))
    );
    next.sort((a, b) => a.error - b.error);
    kept = next.slice(0, WIDTH).map(({ from, sign, error }) => {
      const bits = from.bits.slice();
      bits[j] = sign;
      return { bits, slopes: without(from.slopes, sign, products[j]), error };
    });
  }
  for (const code of kept) flip(code, products);
  return kept.reduce((best, code) => code.error < best.error ? code : best).bits;
}
function flip(code, products) {
  const { bits, slopes } = code;
  for (; ; ) {
    let best = 0;
    let change = -1e-7;
    for (let j = 0; j < bits.length; j++) {
      const quarter = bits[j] * slopes[j] + products[j][j];
      if (quarter < change) [best, change] = [j, quarter];
    }
    if (change === -1e-7) return;
    code.error += 4 * change;
    const row = products[best];
    for (let k = 0; k < slopes.length; k++) slopes[k] += 2 * bits[best] * row[k];
    bits[best] *= -1;
  }
}
function without(slopes, sign, products) {
  const left = new Float64Array(slopes.length);
  for (let k = 0; k < left.length; k++) left[k] = slopes[k] - sign * products[k];
  return left;
}

// src/pixels/resample-weights.ts
var RESAMPLE_FILTERS = ["lanczos3", "bicubic"];
var WEIGHT_BITS = 22;
var REACH = { lanczos3: 3, bicubic: 2 };
function resampleWeights(from, to, filter) {
  for (const size of [from, to]) {
    if (!Number.isInteger(size) || size < 1) throw invalidParam("size", "a positive integer", size);
  }
  if (!RESAMPLE_FILTERS.includes(filter)) throw invalidParam("filter", RESAMPLE_FILTERS.join(" or "), filter);
  const scale = from / to;
  const stretch = Math.max(scale, 1);
  const reach2 = REACH[filter] * stretch;
  const taps = 2 * Math.ceil(reach2) + 1;
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const weights = new Int32Array(to * taps);
  const line = new Float64Array(taps);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const start = Math.max(0, Math.floor(centre - reach2 + 0.5));
    const end = Math.min(from, Math.floor(centre + reach2 + 0.5));
    let sum2 = 0;
    for (let j = start; j < end; j++) {
      const weight = filterAt(filter, (j + 0.5 - centre) / stretch);
      line[j - start] = weight;
      sum2 += weight;
    }
    first[i] = start;
    count[i] = end - start;
    for (let j = 0; j < end - start; j++)
      weights[i * taps + j] = Math.round(line[j] / sum2 * 2 ** WEIGHT_BITS);
  }
  return { taps, first, count, weights };
}
function filterAt(filter, x) {
  return filter === "lanczos3" ? lanczos3(x) : bicubic(Math.abs(x));
}
function lanczos3(x) {
  return Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0;
}
function sinc(x) {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}
function bicubic(x) {
  if (x < 1) return 1.5 * x ** 3 - 2.5 * x ** 2 + 1;
  return x < 2 ? -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2 : 0;
}

// src/pixels/resample.ts
var HALF = 1 << WEIGHT_BITS - 1;
var createResampler = (options) => {
  const { width, height, outWidth, outHeight, filter = "lanczos3" } = options;
  const across2 = resampleWeights(width, outWidth, filter);
  const down = resampleWeights(height, outHeight, filter);
  const outBytes = 3 * outWidth;
  const ring = new Uint8Array(down.taps * outBytes);
  return streamRows(options, down, {
    across(rgb, from, row) {
      resampleRow(rgb, from, across2, ring, row % down.taps * outBytes, outWidth);
    },
    down(row, out, at) {
      blendRows(ring, outBytes, down, row, out, at);
    }
  });
};
function streamRows({ width, height, outWidth, outHeight }, down, passes) {
  const rowBytes = 3 * width;
  const outBytes = 3 * outWidth;
  let received = 0;
  let sent = 0;
  function write(rgb) {
    const rows = rgb.length / rowBytes;
    if (!Number.isInteger(rows) || received + rows > height) {
      const expected = `whole rows of ${rowBytes} bytes, at most ${height - received}`;
      throw new StrataError("INTERNAL", `rgb: expected ${expected}, got ${rgb.length} bytes`);
    }
    let ready = sent;
    while (ready < outHeight && rowsNeeded(down, ready) <= received + rows) ready++;
    const out = new Uint8Array((ready - sent) * outBytes);
    for (let row = 0, at = 0; row < rows; row++) {
      passes.across(rgb, row * rowBytes, received);
      received++;
      for (; sent < outHeight && rowsNeeded(down, sent) <= received; sent++, at += outBytes) {
        passes.down(sent, out, at);
      }
    }
    return out.length > 0 ? out : void 0;
  }
  return { write };
}
function resample(image, width, height, filter) {
  const sizes = { width: image.width, height: image.height, outWidth: width, outHeight: height };
  return rgbImage(width, height, createResampler({ ...sizes, filter }).write(image.data) ?? new Uint8Array(0));
}
function rowsNeeded(down, row) {
  return down.first[row] + down.count[row];
}
function resampleRow(rgb, from, { taps, first, count, weights }, out, outAt, outWidth) {
  for (let x = 0; x < outWidth; x++) {
    let at = from + 3 * first[x];
    let r = HALF;
    let g = HALF;
    let b = HALF;
    const end = x * taps + count[x];
    for (let i = x * taps; i < end; i++, at += 3) {
      const weight = weights[i];
      r = r + Math.imul(weight, rgb[at]) | 0;
      g = g + Math.imul(weight, rgb[at + 1]) | 0;
      b = b + Math.imul(weight, rgb[at + 2]) | 0;
    }
    out[outAt] = clamp(r);
    out[outAt + 1] = clamp(g);
    out[outAt + 2] = clamp(b);
    outAt += 3;
  }
}
function blendRows(ring, rowBytes, { taps, first, count, weights }, row, out, outAt) {
  const sums = new Int32Array(rowBytes).fill(HALF);
  for (let i = 0; i < count[row]; i++) {
    const weight = weights[row * taps + i];
    const at = (first[row] + i) % taps * rowBytes;
    for (let x = 0; x < rowBytes; x++) sums[x] += weight * ring[at + x];
  }
  for (let x = 0; x < rowBytes; x++) out[outAt + x] = clamp(sums[x]);
}
function clamp(sum2) {
  return Math.max(0, Math.min(255, sum2 >> WEIGHT_BITS));
}

// src/codec/placeholder/target.ts
var STRETCHED = 0.1;
var Target = class {
  values;
  /** Transforms coefficients to samples of the box. */
  #transform;
  #weight;
  constructor(model, image) {
    const box = boxOf(image);
    const { lapped, mean } = model.tables;
    const { product } = model;
    this.#transform = new PlaneTransform(
      product,
      model.places,
      reduce(lapped, box.height),
      reduce(lapped, box.width)
    );
    this.#weight = Math.sqrt(STRETCHED * box.width * box.height / SIDE ** 2);
    const narrow = box.width === SIDE ? resample(image, SIDE, image.height) : image;
    const boxed = planesOf(model, resample(narrow, box.width, box.height));
    const stretched = planesOf(model, resample(narrow, SIDE, SIDE));
    const frequencies = new PlaneTransform(product, Int32Array.from(stretched.keys()), lapped, lapped).run(
      stretched
    );
    const coefficients = Float64Array.from(model.places, (place) => frequencies[place]);
    const average = this.features(mean);
    this.values = new Float64Array(average.length);
    for (let i = 0; i < this.values.length; i++) {
      const wanted = i < boxed.length ? boxed[i] : this.#weight * coefficients[i - boxed.length];
      this.values[i] = wanted - average[i];
    }
  }
  /** Features of coefficients [16, channels]. */
  features(coefficients) {
    const pixels = this.#transform.run(coefficients);
    const out = new Float64Array(pixels.length + coefficients.length);
    out.set(pixels);
    for (let i = 0; i < coefficients.length; i++) out[pixels.length + i] = this.#weight * coefficients[i];
    return out;
  }
  /** Features of the difference between the target and these coefficients. */
  residual(coefficients) {
    const out = this.features(coefficients);
    for (let i = 0; i < out.length; i++) out[i] = this.values[i] - out[i];
    return out;
  }
};
function reduce(lapped, size) {
  const { taps, first, count, weights } = resampleWeights(SIDE, size, "lanczos3");
  const out = new Float64Array(size * SIDE);
  for (let y = 0; y < size; y++) {
    for (let i = 0; i < count[y]; i++) {
      const weight = weights[y * taps + i] / 2 ** WEIGHT_BITS;
      for (let u = 0; u < SIDE; u++) out[y * SIDE + u] += weight * lapped[u * SIDE + first[y] + i];
    }
  }
  return out;
}
function planesOf({ tables: { colour } }, { data }) {
  const pixels = data.length / 3;
  const planes = new Float64Array(data.length);
  for (let i = 0; i < pixels; i++) {
    for (let plane = 0; plane < 3; plane++) {
      let sum2 = 0;
      for (let j = 0; j < 3; j++) sum2 += colour[3 * plane + j] * (data[3 * i + j] / 255 - 0.5);
      planes[plane * pixels + i] = sum2;
    }
  }
  return planes;
}

// src/codec/placeholder/encode.ts
var DEFAULT_STEPS = 3;
var TRIED = 24;
var PASSES = 3;
function encodePlaceholder(model, image, steps = DEFAULT_STEPS) {
  if (!Number.isInteger(steps) || steps < 1 || steps > model.steps) {
    throw invalidParam("steps", `an integer from 1 to ${model.steps}`, steps);
  }
  const target = new Target(model, image);
  const code = new Uint8Array(steps * PLACEHOLDER_STEP_BYTES);
  let state = firstState(model);
  let residual = target.values.slice();
  for (let i = 0; i < steps * ITERATIONS_PER_STEP; i++) {
    const search = new BitSearch(model, target, state, i, residual);
    const best = search.run();
    state = best.state;
    residual = best.residual;
    for (const [bit, sign] of search.bits.entries()) {
      if (sign > 0) code[i * BITS + bit >> 3] |= 128 >> (bit & 7);
    }
  }
  return code;
}
var BitSearch = class {
  /** 128 signs, +-1. */
  bits;
  #model;
  #target;
  #state;
  #iteration;
  #gates;
  /** Features of each gated codeword, [features, 128], and their inner products with each other. */
  #words;
  #products;
  constructor(model, target, state, iteration, residual) {
    this.#model = model;
    this.#target = target;
    this.#state = state;
    this.#iteration = iteration;
    this.#gates = gatesOf(model, state, iteration);
    const words = new Float64Array(BITS * residual.length);
    for (let bit = 0; bit < BITS; bit++) {
      const word = new Float64Array(state.c.length);
      addCodeword(model, iteration, bit, 1, word);
      for (let i = 0; i < word.length; i++) word[i] *= this.#gates.gate[i];
      words.set(target.features(word), bit * residual.length);
    }
    this.#words = transpose(words, BITS);
    const products = new Float64Array(BITS * BITS);
    model.product(words, this.#words, products, [BITS, residual.length, BITS]);
    this.#products = Array.from({ length: BITS }, (_, j) => products.subarray(j * BITS, (j + 1) * BITS));
    this.bits = beamSearch(this.#products, this.#slopes(residual));
  }
  run() {
    const x = new Float64Array(this.#state.c.length);
    for (const [bit, sign] of this.bits.entries()) this.#add(bit, sign, x);
    let best = this.#try(x);
    for (let pass = 0; pass < PASSES; pass++) {
      const before = best.error;
      for (const bit of this.#likely(best.residual)) {
        this.#add(bit, -2 * this.bits[bit], x);
        const trial = this.#try(x);
        if (trial.error < best.error) {
          best = trial;
          this.bits[bit] *= -1;
        } else this.#add(bit, 2 * this.bits[bit], x);
      }
      if (best.error >= before) break;
    }
    return best;
  }
  /** Bits in the order of the error after their flips if the decoder were linear, the best first. */
  #likely(residual) {
    const slopes = this.#slopes(residual);
    const changes = slopes.map((slope, j) => this.bits[j] * slope + this.#products[j][j]);
    const order = [...changes.keys()].sort((a, b) => changes[a] - changes[b]);
    return order.slice(0, TRIED);
  }
  #slopes(residual) {
    const slopes = new Float64Array(BITS);
    this.#model.product(residual, this.#words, slopes, [1, residual.length, BITS]);
    return slopes;
  }
  #add(bit, sign, x) {
    addCodeword(this.#model, this.#iteration, bit, sign, x);
  }
  #try(x) {
    const { state, shown } = advance(this.#model, this.#state, this.#gates, x);
    const residual = this.#target.residual(shown);
    return { state, residual, error: dot(residual, residual) };
  }
};
function dot(a, b) {
  let sum2 = 0;
  for (let i = 0; i < a.length; i++) sum2 += a[i] * b[i];
  return sum2;
}

// src/node/placeholder.ts
async function placeholderCode(image, runtime) {
  return hasPlaceholder(runtime) ? encodePlaceholder(await loadPlaceholder(runtime), image) : void 0;
}

// src/core/memoise-loads.ts
function memoiseLoads(load) {
  const loads = /* @__PURE__ */ new Map();
  return (key) => {
    const earlier = loads.get(key);
    if (earlier) return earlier;
    const promise = load(key);
    loads.set(key, promise);
    promise.catch(() => loads.delete(key));
    return promise;
  };
}

// src/network/program.ts
function channelsOf(shapes) {
  return shapes.reduce((sum2, { channels }) => sum2 + channels, 0);
}
function weightsOf(op, inputs, blob) {
  const count = op.kernel * op.kernel * channelsOf(inputs) * (op.depthwise ? 1 : op.outChannels);
  return new Int16Array(section(blob, op.weights, 2 * count));
}
function biasOf(op, blob) {
  return new Int32Array(section(blob, op.bias, 4 * op.outChannels));
}
function scaleOf(op, blob) {
  return new Float32Array(section(blob, op.scale, 4 * op.outChannels));
}
function section(blob, offset, bytes) {
  return new Uint8Array(blob.subarray(offset, offset + bytes)).buffer;
}

// src/network/check-program.ts
var MAX_CHANNELS = 4096;
var MAX_STRIDE = 256;
var NAME2 = /^[A-Za-z][\w.-]{0,63}$/;
function checkProgram(program, blob) {
  const shapes = /* @__PURE__ */ new Map();
  expectThat(isObject(program) && isObject(program.inputs), "program", "an object with inputs", program);
  expectThat(Array.isArray(program.ops), "ops", "a list", program.ops);
  expectThat(Array.isArray(program.outputs), "outputs", "a list", program.outputs);
  for (const [name, shape] of Object.entries(program.inputs)) {
    expectThat(isObject(shape), `input ${name}`, "a shape", shape);
    define(shapes, `input ${name}`, name, { channels: shape.channels, stride: shape.stride });
  }
  program.ops.forEach((op, i) => {
    expectThat(isObject(op), `op ${i}`, "an object", op);
    const where = `op ${i} (${op.op} ${op.out})`;
    define(shapes, where, op.out, shapeOf(op, where, shapes, blob));
  });
  expectThat(program.outputs.length > 0, "outputs", "at least one", "none");
  for (const name of program.outputs) shapeNamed(shapes, "outputs", name);
  expectThat(new Set(program.outputs).size === program.outputs.length, "outputs", "different ones", program);
  return shapes;
}
function shapeOf(op, where, shapes, blob) {
  expectThat(Array.isArray(op.in) && op.in.length > 0, where, "a list of inputs", op.in);
  const inputs = op.in.map((name) => shapeNamed(shapes, where, name));
  const { channels, stride } = inputs[0];
  const count = op.op === "conv" ? inputs.length : op.op === "sum" ? 2 : 1;
  expectThat(inputs.length === count, where, `${count} inputs`, inputs.length);
  switch (op.op) {
    case "conv":
      return checkConvolution(op, where, inputs, shapes, blob);
    case "sum":
      expectThat(sameShape(inputs[1], inputs[0]), where, "inputs of one shape", op.in);
      return { channels, stride };
    case "shuffle":
    case "unshuffle": {
      const { factor } = op;
      expectThat(factor === 2 || factor === 4 || factor === 8, where, "factor 2, 4 or 8", factor);
      const area = factor * factor;
      if (op.op === "unshuffle") return { channels: channels * area, stride: stride * factor };
      return { channels: channels / area, stride: stride / factor };
    }
    default:
      throw invalid2(where, "a known op", op.op);
  }
}
function checkConvolution(op, where, inputs, shapes, blob) {
  const { outChannels, kernel, low, high } = op;
  const { stride } = inputs[0];
  const inChannels = channelsOf(inputs);
  const shape = { channels: outChannels, stride };
  expectThat(isIn(outChannels, 1, MAX_CHANNELS), where, `1 to ${MAX_CHANNELS} outChannels`, outChannels);
  expectThat(kernel === 1 || kernel === 3, where, "kernel 1 or 3", kernel);
  for (const flag of [op.depthwise, op.leaky]) {
    expectThat(flag === void 0 || typeof flag === "boolean", where, "true or false", flag);
  }
  expectThat(op.round === "floor" || op.round === "nearest", where, "round floor or nearest", op.round);
  expectThat(isIn(low, -32768, 32767) && isIn(high, low, 32767), where, "16-bit low <= high", [low, high]);
  for (const input of inputs) expectThat(input.stride === stride, where, "inputs of one stride", op.in);
  expectThat(inChannels <= MAX_CHANNELS, where, `at most ${MAX_CHANNELS} input channels`, inChannels);
  if (op.depthwise) {
    expectThat(outChannels === inChannels, where, `${inChannels} outChannels`, outChannels);
    const whole = inputs.slice(0, -1).every(({ channels }) => channels % 4 === 0);
    expectThat(whole, where, "a multiple of 4 channels in all inputs but the last", op.in);
  }
  const add = op.add ?? [];
  expectThat(Array.isArray(add) && add.length <= 2, where, "at most 2 tensors to add", add);
  for (const name of add) {
    const added = shapeNamed(shapes, where, name);
    expectThat(sameShape(added, shape), where, `${show2(shape)} to add`, added);
  }
  const weightBytes = 2 * kernel * kernel * inChannels * (op.depthwise ? 1 : outChannels);
  const sections = { weights: weightBytes, bias: 4 * outChannels, scale: 4 * outChannels };
  for (const name of ["weights", "bias", "scale"]) {
    const offset = op[name];
    const fits2 = isIn(offset, 0, blob.length - sections[name]) && offset % 4 === 0;
    expectThat(fits2, where, `${sections[name]} bytes of ${name} in a blob of ${blob.length}`, offset);
  }
  const scale = scaleOf(op, blob);
  expectThat(scale.every(Number.isFinite), where, "finite scales", [...scale]);
  return shape;
}
function define(shapes, where, name, shape) {
  expectThat(typeof name === "string" && NAME2.test(name), where, "a name", name);
  expectThat(!shapes.has(name), where, "a new name", name);
  const { channels, stride } = shape;
  expectThat(isIn(channels, 1, MAX_CHANNELS), where, `1 to ${MAX_CHANNELS} channels`, channels);
  const isPower = isIn(stride, 1, MAX_STRIDE) && (stride & stride - 1) === 0;
  expectThat(isPower, where, `a power of two up to ${MAX_STRIDE} as stride`, stride);
  shapes.set(name, shape);
}
function shapeNamed(shapes, where, name) {
  const shape = shapes.get(name);
  if (!shape) throw invalid2(where, "a tensor that an input or an earlier op defines", name);
  return shape;
}
function sameShape(a, b) {
  return a.channels === b.channels && a.stride === b.stride;
}
function isObject(value) {
  return typeof value === "object" && value !== null;
}
function isIn(value, low, high) {
  return Number.isInteger(value) && low <= value && value <= high;
}
function expectThat(condition, where, expected, actual) {
  if (!condition) throw invalid2(where, expected, actual);
}
function invalid2(where, expected, actual) {
  return new StrataError("MODEL_INVALID", `network: ${where}: expected ${expected}, got ${show2(actual)}`);
}
function show2(value) {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

// src/network/engine.ts
function gridOf({ channels, stride }, rows, columns) {
  return { rows: rows / stride, columns: columns / stride, channels };
}
function checkRun({ inputs: expected, outputs }, shapes, inputs, rows, columns, readers) {
  const coarsest = Math.max(...[...shapes.values()].map(({ stride }) => stride));
  for (const side of [rows, columns]) {
    if (!Number.isSafeInteger(side) || side <= 0 || side % coarsest !== 0) {
      throw misuse("grid", `positive multiples of ${coarsest} units`, `${rows} x ${columns}`);
    }
  }
  const names = Object.keys(expected);
  const isSame = Object.keys(inputs).length === names.length;
  if (!isSame || !names.every((name) => Object.hasOwn(inputs, name))) {
    throw misuse("inputs", names.join(", "), Object.keys(inputs).join(", "));
  }
  for (const name of names) {
    const input = inputs[name];
    const grid = gridOf(shapes.get(name), rows, columns);
    const length = grid.rows * grid.columns * grid.channels;
    if (typeof input !== "function" && input.length !== length) {
      throw misuse(`input ${name}`, `${length} values`, `${input.length}`);
    }
  }
  for (const name of Object.keys(readers)) {
    if (!outputs.includes(name)) throw misuse("readers", outputs.join(", "), name);
  }
}
function misuse(name, expected, actual) {
  return new StrataError("INTERNAL", `network ${name}: expected ${expected}, got ${actual}`);
}

// src/network/field.ts
function paddedChannels(channels) {
  return 4 * Math.ceil(channels / 4);
}
function fieldOf({ shape, hasBorder }, rows, columns) {
  const grid = gridOf(shape, rows, columns);
  const cellBytes = 2 * paddedChannels(shape.channels);
  const rowBytes = (grid.columns + (hasBorder ? 1 : 0)) * cellBytes;
  const margin = hasBorder ? rowBytes + cellBytes : 0;
  const end = (grid.rows + (hasBorder ? 2 : 0)) * rowBytes + (hasBorder ? cellBytes : 0);
  return { ...grid, cellBytes, rowBytes, margin, bytes: 16 * Math.ceil(end / 16), hasBorder };
}
function clearBorder(view, { rows, cellBytes, rowBytes, hasBorder }) {
  if (!hasBorder) return;
  const row = rowBytes / 2;
  const cell = cellBytes / 2;
  view.fill(0, 0, row + cell);
  for (let at = 2 * row; at <= rows * row; at += row) view.fill(0, at, at + cell);
  view.fill(0, (rows + 1) * row, (rows + 2) * row + cell);
}
function writeField2(view, field, values) {
  forRuns(field, (at, from, length) => view.set(values.subarray(from, from + length), at));
}
function readField2(view, field) {
  const values = new Int16Array(field.rows * field.columns * field.channels);
  forRuns(field, (at, to, length) => values.set(view.subarray(at, at + length), to));
  return values;
}
function forRuns(field, take) {
  const { rows, columns, channels, cellBytes, rowBytes, margin } = field;
  const isDense = cellBytes === 2 * channels;
  const runs = isDense ? 1 : columns;
  const length = isDense ? columns * channels : channels;
  for (let row = 0; row < rows; row++) {
    for (let run3 = 0; run3 < runs; run3++) {
      take((margin + row * rowBytes + run3 * cellBytes) / 2, (row * runs + run3) * length, length);
    }
  }
}

// src/network/parameters.ts
var BLOCK2 = 8;
var VECTOR = 4;
function packParameters(op, inputs, blob) {
  const weights = weightsOf(op, inputs, blob);
  const channels = inputs.map((input) => input.channels);
  const outputs = paddedChannels(op.outChannels);
  const bias = new Int32Array(outputs);
  const scale = new Float32Array(outputs);
  bias.set(biasOf(op, blob));
  scale.set(scaleOf(op, blob));
  return {
    weights: op.depthwise ? packDepthwise(op, weights) : packDense(op, channels, weights),
    bias,
    scale
  };
}
function packDense({ kernel, outChannels }, channels, weights) {
  const perTap = channels.reduce((sum2, count) => sum2 + count, 0);
  const padded = channels.map(paddedChannels);
  const packedTap = padded.reduce((sum2, count) => sum2 + count, 0);
  const packed = new Int16Array(paddedChannels(outChannels) * kernel * kernel * packedTap);
  let at = 0;
  for (let block = 0; block < outChannels; block += BLOCK2) {
    const outputs = outChannels - block > VECTOR ? BLOCK2 : VECTOR;
    for (let row = 0; row < kernel; row++) {
      let first = 0;
      channels.forEach((count, input) => {
        const width = padded[input];
        for (let value = 0; value < kernel * width; value += 2, at += 2 * outputs) {
          const channel = value % width;
          const tap = row * kernel + Math.floor(value / width);
          for (let i = 0; i < 2 * outputs; i++) {
            const output = block + (i >> 1);
            const within = channel + (i & 1);
            if (output >= outChannels || within >= count) continue;
            packed[at + i] = weights[(output * kernel * kernel + tap) * perTap + first + within];
          }
        }
        first += count;
      });
    }
  }
  return packed;
}
var TAP_PLACES = [0, 8, 16, 1, 9, 17, 24, 25, 33];
var CENTRE = 4;
function packDepthwise({ kernel, outChannels }, weights) {
  const packed = new Int16Array(paddedChannels(outChannels) * 10);
  for (let channel = 0; channel < outChannels; channel++) {
    const at = Math.floor(channel / VECTOR) * VECTOR * 10 + 2 * (channel % VECTOR);
    for (let tap = 0; tap < kernel * kernel; tap++) {
      const place = TAP_PLACES[kernel === 3 ? tap : CENTRE];
      packed[at + place] = weights[tap * outChannels + channel];
    }
  }
  return packed;
}

// src/network/plan.ts
function makePlan(program, shapes) {
  const steps = joinShuffles(program, shapes);
  const born = new Map([...Object.keys(program.inputs)].map((name) => [name, -1]));
  const dies = new Map(born);
  const borders = /* @__PURE__ */ new Set();
  steps.forEach(({ op, out }, i) => {
    for (const name of readBy(op)) dies.set(name, i);
    born.set(out, i);
    dies.set(out, i);
    if (op.op === "conv" && (op.kernel === 3 || op.depthwise)) for (const name of op.in) borders.add(name);
  });
  for (const name of program.outputs) dies.set(name, steps.length);
  const lives = [...born].map(([name, birth]) => {
    const life = { born: birth, dies: dies.get(name), hasBorder: borders.has(name) };
    return [name, { shape: shapes.get(name), ...life }];
  });
  return { steps, lives: new Map(lives) };
}
function joinShuffles({ ops, outputs }, shapes) {
  const uses = /* @__PURE__ */ new Map();
  for (const name of [...outputs, ...ops.flatMap(readBy)]) uses.set(name, (uses.get(name) ?? 0) + 1);
  const joined = /* @__PURE__ */ new Map();
  const convolved = new Set(ops.flatMap((op) => op.op === "conv" ? [op.out] : []));
  for (const op of ops) {
    if (op.op !== "shuffle") continue;
    const [from] = op.in;
    const isWhole = shapes.get(op.out).channels % 4 === 0;
    if (isWhole && convolved.has(from) && uses.get(from) === 1) joined.set(from, op);
  }
  const done = new Set(joined.values());
  return ops.filter((op) => !done.has(op)).map((op) => {
    const shuffle = joined.get(op.out);
    return { op, out: shuffle?.out ?? op.out, factor: shuffle?.factor ?? 1 };
  });
}
function readBy(op) {
  return op.op === "conv" ? [...op.in, ...op.add ?? []] : op.in;
}
function placeByLife(sections) {
  const offsets = sections.map(() => 0);
  const placed2 = [];
  const order = sections.map((_, i) => i).sort((a, b) => sections[b].bytes - sections[a].bytes);
  for (const i of order) {
    const own2 = sections[i];
    const neighbours = placed2.filter((j) => sections[j].born <= own2.dies && own2.born <= sections[j].dies).sort((a, b) => offsets[a] - offsets[b]);
    let offset = 0;
    for (const j of neighbours) {
      if (offset + own2.bytes <= offsets[j]) break;
      offset = Math.max(offset, offsets[j] + sections[j].bytes);
    }
    offsets[i] = offset;
    placed2.push(i);
  }
  return { offsets, bytes: Math.max(...sections.map(({ bytes }, i) => offsets[i] + bytes)) };
}

// src/network/task.ts
var TASK_BYTES = 92;
var SEGMENT_BYTES = 16;
var SPARE_CELLS = 6;
function taskSizes(op, inputs, columns) {
  const segments = op.depthwise ? inputs.reduce((sum2, channels) => sum2 + Math.ceil(channels / 4), 0) : op.kernel * inputs.length;
  return [
    TASK_BYTES,
    SEGMENT_BYTES * segments,
    4 * Math.ceil(op.outChannels / 4),
    32 * (columns + SPARE_CELLS)
  ];
}
function writeTask(memory, pointers, op, parameters, inputs, adds, out, factor) {
  const segments = op.depthwise ? depthwiseSegments(inputs) : denseSegments(op, inputs);
  const targets = targetsOf(op, out, factor);
  const { rows, columns } = inputs[0].field;
  const task = new DataView(memory, pointers.task, TASK_BYTES);
  const words = [
    ...[rows, columns, pointers.segments, pointers.segments + 4 * segments.length, targets.length],
    ...[parameters.weights, parameters.bias, parameters.scale, pointers.sums, pointers.targets],
    ...[factor * out.field.rowBytes, factor * out.field.cellBytes],
    ...[op.round === "floor" ? 1 : 0, bitsOf(op.leaky ? 0.1 : 1), op.low, op.high],
    ...[adds.length, ...adds.flatMap(gridWords)]
  ];
  words.forEach((word, i) => {
    task.setInt32(4 * i, word, true);
  });
  new Int32Array(memory, pointers.segments, segments.length).set(segments);
  new Int32Array(memory, pointers.targets, targets.length).set(targets);
}
function bitsOf(value) {
  return new Int32Array(Float32Array.of(value).buffer)[0];
}
function gridWords({ field, at }) {
  return [at + field.margin, field.rowBytes, field.cellBytes];
}
function denseSegments(op, inputs) {
  return Array.from(
    { length: op.kernel },
    (_, row) => inputs.flatMap((input) => {
      const [first, rowBytes, cellBytes] = gridWords(input);
      const reach2 = op.kernel === 3 ? rowBytes + cellBytes : 0;
      const tap = first - reach2 + row * rowBytes;
      return [tap, rowBytes, cellBytes, op.kernel * cellBytes];
    })
  ).flat();
}
function depthwiseSegments(inputs) {
  return inputs.flatMap((input) => {
    const [first, rowBytes, cellBytes] = gridWords(input);
    const tap = first - rowBytes - cellBytes;
    return Array.from({ length: cellBytes / 8 }, (_, i) => [tap + 8 * i, rowBytes, cellBytes, 0]).flat();
  });
}
function targetsOf({ outChannels }, { field, at }, factor) {
  return Array.from({ length: Math.ceil(outChannels / 4) }, (_, vector) => {
    const phase = factor === 1 ? 0 : Math.floor(4 * vector / field.channels);
    const channel = 4 * vector - phase * field.channels;
    const [row, column] = [Math.floor(phase / factor), phase % factor];
    return at + field.margin + row * field.rowBytes + column * field.cellBytes + 2 * channel;
  });
}

// src/network/network-wasm.ts
function createEngine(module) {
  const kernels = instantiateKernels(module);
  let isBusy = false;
  return {
    load(program, blob) {
      const shapes = checkProgram(program, blob);
      if (isBusy) throw nested();
      const plan = makePlan(program, shapes);
      const loaded = {
        kernels,
        program,
        shapes,
        plan,
        parameters: keepParameters(kernels, plan, shapes, blob),
        layouts: /* @__PURE__ */ new Map()
      };
      return {
        shapes,
        run(...args) {
          if (isBusy) throw nested();
          isBusy = true;
          try {
            return run(loaded, ...args);
          } finally {
            isBusy = false;
          }
        }
      };
    }
  };
}
function nested() {
  return new StrataError("INTERNAL", "network: a reader or writer used the engine that runs it");
}
function keepParameters({ exports, keep }, { steps }, shapes, blob) {
  const pointers = /* @__PURE__ */ new Map();
  for (const { op } of steps) {
    if (op.op !== "conv") continue;
    const inputs = op.in.map((name) => shapes.get(name));
    const { weights, bias, scale } = packParameters(op, inputs, blob);
    const at = {
      weights: keep(weights.byteLength),
      bias: keep(bias.byteLength),
      scale: keep(scale.byteLength)
    };
    const { buffer } = exports.memory;
    new Int16Array(buffer, at.weights, weights.length).set(weights);
    new Int32Array(buffer, at.bias, bias.length).set(bias);
    new Float32Array(buffer, at.scale, scale.length).set(scale);
    pointers.set(op, at);
  }
  return pointers;
}
function run(loaded, ...[inputs, rows, columns, readers = {}]) {
  const { kernels, program, shapes, plan } = loaded;
  checkRun(program, shapes, inputs, rows, columns, readers);
  const { tensors, tasks } = layOut(loaded, rows, columns);
  const { exports } = kernels;
  const { buffer } = exports.memory;
  const access = ({ field, at }, take) => {
    take(viewOf(buffer, { field, at }), field.cellBytes / 2, field.rowBytes / 2, field.margin / 2);
  };
  for (const name of Object.keys(program.inputs)) {
    const tensor = tensors.get(name);
    const input = inputs[name];
    if (typeof input === "function") access(tensor, input);
    else writeField2(viewOf(buffer, tensor), tensor.field, input);
    clearBorder(viewOf(buffer, tensor), tensor.field);
  }
  plan.steps.forEach(({ op, out: name }, i) => {
    const out = tensors.get(name);
    clearBorder(viewOf(buffer, out), out.field);
    if (op.op !== "conv") runPlain(kernels, op, placed(tensors, op.in), out);
    else if (op.depthwise) exports.networkDepthwise(tasks[i]);
    else exports.networkDense(tasks[i]);
  });
  const outputs = {};
  for (const name of program.outputs) {
    const tensor = tensors.get(name);
    if (Object.hasOwn(readers, name)) access(tensor, readers[name]);
    else outputs[name] = readField2(viewOf(buffer, tensor), tensor.field);
  }
  return outputs;
}
function viewOf(buffer, { field, at }) {
  return new Int16Array(buffer, at, field.bytes / 2);
}
function placed(tensors, names) {
  return names.map((name) => tensors.get(name));
}
var LAYOUTS = 32;
function layOut(loaded, rows, columns) {
  const { kernels, layouts } = loaded;
  const key = `${rows} ${columns}`;
  const cached = layouts.get(key);
  if (cached && kernels.place(cached.sizes)[0] === cached.at) {
    new Int32Array(kernels.exports.memory.buffer, cached.at, cached.words.length).set(cached.words);
    return cached;
  }
  const layout = makeLayout(loaded, rows, columns);
  layouts.delete(key);
  for (const oldest of layouts.keys()) {
    if (layouts.size < LAYOUTS) break;
    layouts.delete(oldest);
  }
  layouts.set(key, layout);
  return layout;
}
function makeLayout({ kernels, shapes, plan, parameters }, rows, columns) {
  const { steps, lives } = plan;
  const fields = [...lives.values()].map((life) => fieldOf(life, rows, columns));
  const arena = placeByLife([...lives.values()].map((life, i) => ({ ...life, bytes: fields[i].bytes })));
  const needs = steps.map((step) => needsOf(step, shapes, columns));
  const taskBytes = needs.reduce((sum2, [task, segments, targets]) => sum2 + task + segments + targets, 0);
  const sizes = [taskBytes, Math.max(0, ...needs.map((need2) => need2[3])), arena.bytes];
  const [at, sums, first] = kernels.place(sizes);
  const tensors = new Map(
    [...lives.keys()].map((name, i) => [name, { field: fields[i], at: first + arena.offsets[i] }])
  );
  const { buffer } = kernels.exports.memory;
  let end = at;
  const tasks = steps.map(({ op, out, factor }, i) => {
    const [taskBytes2, segmentBytes, targetBytes] = needs[i];
    const task = end;
    end += taskBytes2 + segmentBytes + targetBytes;
    if (op.op === "conv") {
      const pointers = { task, segments: task + taskBytes2, targets: end - targetBytes, sums };
      const [ins, adds] = [placed(tensors, op.in), placed(tensors, op.add ?? [])];
      writeTask(buffer, pointers, op, parameters.get(op), ins, adds, tensors.get(out), factor);
    }
    return task;
  });
  return { sizes, at, tensors, tasks, words: new Int32Array(buffer, at, taskBytes / 4).slice() };
}
function needsOf({ op }, shapes, columns) {
  if (op.op !== "conv") return [0, 0, 0, 0];
  const channels = op.in.map((name) => shapes.get(name).channels);
  return taskSizes(op, channels, columns / shapes.get(op.in[0]).stride);
}
function runPlain({ exports }, op, inputs, out) {
  const start = ({ field, at }) => at + field.margin;
  const [a, b] = inputs;
  if (op.op === "sum") {
    const { rows, columns, cellBytes: cellBytes2, rowBytes: rowBytes2 } = out.field;
    exports.networkSum(
      ...[start(a), a.field.rowBytes, start(b), b.field.rowBytes],
      ...[start(out), rowBytes2, rows, columns * cellBytes2]
    );
    return;
  }
  const { factor } = op;
  const [coarse, fine] = op.op === "shuffle" ? [a, out] : [out, a];
  const { channels, rowBytes, cellBytes } = fine.field;
  const run3 = cellBytes === 2 * channels ? factor : 1;
  for (let phase = 0; phase < factor * factor; phase += run3) {
    const inCoarse = gridAt(coarse.field, start(coarse) + 2 * phase * channels, 1);
    const [row, column] = [Math.floor(phase / factor), phase % factor];
    const inFine = gridAt(fine.field, start(fine) + row * rowBytes + column * cellBytes, factor);
    const [from, to] = op.op === "shuffle" ? [inCoarse, inFine] : [inFine, inCoarse];
    exports.networkCopy(...from, ...to, coarse.field.rows, coarse.field.columns, 2 * run3 * channels);
  }
}
function gridAt({ rowBytes, cellBytes }, at, step) {
  return [at, step * rowBytes, step * cellBytes];
}

// src/network/reference.ts
var SLOPE = Math.fround(0.1);
var referenceEngine = {
  load(program, blob) {
    const shapes = checkProgram(program, blob);
    const steps = program.ops.map((op) => ({ op, kernel: kernelOf(op, shapes, blob) }));
    return {
      shapes,
      run(inputs, rows, columns, readers = {}) {
        checkRun(program, shapes, inputs, rows, columns, readers);
        const tensors = new Map([...shapes].map(([name, shape]) => [name, makeTensor(shape, rows, columns)]));
        const named = (names) => names.map((name) => tensors.get(name));
        for (const [name, input] of Object.entries(inputs)) {
          const { values, channels, columns: columns2 } = tensors.get(name);
          if (typeof input === "function") input(values, channels, columns2 * channels, 0);
          else values.set(input);
        }
        for (const { op, kernel } of steps) {
          kernel(named(op.in), named(op.op === "conv" ? op.add ?? [] : []), tensors.get(op.out));
        }
        const outputs = {};
        for (const name of program.outputs) {
          const { values, channels, columns: columns2 } = tensors.get(name);
          if (Object.hasOwn(readers, name)) readers[name](values, channels, columns2 * channels, 0);
          else outputs[name] = values;
        }
        return outputs;
      }
    };
  }
};
function makeTensor(shape, rows, columns) {
  const grid = gridOf(shape, rows, columns);
  return { ...grid, values: new Int16Array(grid.rows * grid.columns * grid.channels) };
}
function kernelOf(op, shapes, blob) {
  switch (op.op) {
    case "conv":
      return convolution(
        op,
        op.in.map((name) => shapes.get(name)),
        blob
      );
    case "shuffle":
      return ([input], _, out) => rearrange(input, out, op.factor, true);
    case "unshuffle":
      return ([input], _, out) => rearrange(out, input, op.factor, false);
    case "sum":
      return ([a, b], _, { values }) => {
        for (let i = 0; i < values.length; i++) {
          values[i] = Math.min(Math.max(a.values[i] + b.values[i], -32768), 32767);
        }
      };
  }
}
function rearrange(coarse, fine, factor, toFine) {
  const { channels } = fine;
  for (let row = 0; row < fine.rows; row++) {
    for (let column = 0; column < fine.columns; column++) {
      const cell = Math.floor(row / factor) * coarse.columns + Math.floor(column / factor);
      const phase = row % factor * factor + column % factor;
      for (let ch = 0; ch < channels; ch++) {
        const i = cell * coarse.channels + phase * channels + ch;
        const j = (row * fine.columns + column) * channels + ch;
        if (toFine) fine.values[j] = coarse.values[i];
        else coarse.values[i] = fine.values[j];
      }
    }
  }
}
function convolution(op, inputShapes, blob) {
  const weights = weightsOf(op, inputShapes, blob);
  const bias = biasOf(op, blob);
  const scale = scaleOf(op, blob);
  const gather = op.depthwise ? depthwiseSums : denseSums;
  return (inputs, adds, out) => {
    const sums = new Int32Array(op.outChannels);
    for (let row = 0; row < out.rows; row++) {
      for (let column = 0; column < out.columns; column++) {
        sums.set(bias);
        gather(sums, weights, inputs, op.kernel, row, column);
        const at = (row * out.columns + column) * op.outChannels;
        for (let o = 0; o < op.outChannels; o++) {
          const added = adds.reduce((sum2, { values }) => sum2 + values[at + o], 0);
          const rounded = round(op, Math.fround(Math.fround(sums[o]) * scale[o]));
          out.values[at + o] = Math.min(Math.max(rounded + added, op.low), op.high);
        }
      }
    }
  };
}
function round({ leaky, round: round2 }, value) {
  const y = leaky ? Math.max(value, Math.fround(value * SLOPE)) : value;
  const below = Math.floor(y);
  const isBelow = y - below < 0.5 || y - below === 0.5 && below % 2 === 0;
  return round2 === "floor" || isBelow ? below : below + 1;
}
function denseSums(...[sums, weights, inputs, kernel, row, column]) {
  const perOutput = weights.length / sums.length;
  forValues(inputs, kernel, row, column, (value, i) => {
    for (let o = 0; o < sums.length; o++) sums[o] += Math.imul(value, weights[o * perOutput + i]);
  });
}
function depthwiseSums(...[sums, weights, inputs, kernel, row, column]) {
  forValues(inputs, kernel, row, column, (value, i) => {
    sums[i % sums.length] += Math.imul(value, weights[i]);
  });
}
function forValues(inputs, kernel, row, column, take) {
  let i = 0;
  for (let y = row - (kernel >> 1); y <= row + (kernel >> 1); y++) {
    for (let x = column - (kernel >> 1); x <= column + (kernel >> 1); x++) {
      for (const { rows, columns, channels, values } of inputs) {
        const isInside = y >= 0 && y < rows && x >= 0 && x < columns;
        const at = (y * columns + x) * channels;
        for (let ch = 0; isInside && ch < channels; ch++) take(values[at + ch], i + ch);
        i += channels;
      }
    }
  }
}

// src/runtime/cuda.ts
import { existsSync, readdirSync } from "node:fs";
import { createRequire as requireFrom } from "node:module";
import { dirname, join } from "node:path";
var LIBRARY = "libonnxruntime_providers_cuda.so";
function isCudaInstalled() {
  try {
    const entry = requireFrom(import.meta.url).resolve("onnxruntime-node");
    const bin = join(dirname(dirname(entry)), "bin");
    return readdirSync(bin).some((abi) => existsSync(join(bin, abi, process.platform, process.arch, LIBRARY)));
  } catch {
    return false;
  }
}

// src/core/hash.ts
async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

// src/runtime/manifest.ts
function checkManifest(value) {
  const manifest = value;
  if (typeof manifest !== "object" || manifest === null || manifest.format !== 1) {
    throw new StrataError("MODEL_INVALID", "manifest.json: expected a model manifest of format 1");
  }
  if (typeof manifest.modelSet !== "string" || !/^[0-9a-f]{16}$/.test(manifest.modelSet)) {
    throw new StrataError(
      "MODEL_INVALID",
      `manifest.json: expected a modelSet of 16 hexadecimal digits, got ${manifest.modelSet}`
    );
  }
  if (typeof manifest.files !== "object" || manifest.files === null) {
    throw new StrataError("MODEL_INVALID", 'manifest.json: expected an object "files"');
  }
  return manifest;
}
async function readChecked(manifest, file, read) {
  const entry = manifest.files[file];
  if (!entry) throw new StrataError("MODEL_INVALID", `${file} is not in the manifest of ${manifest.modelSet}`);
  const bytes = await read();
  const digest2 = hex(await sha256(bytes));
  if (digest2 !== entry.sha256) {
    throw new StrataError("MODEL_INVALID", `${file}: expected SHA-256 ${entry.sha256}, got ${digest2}`);
  }
  return bytes;
}
function parseJson(bytes) {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new StrataError("MODEL_INVALID", "a model table is not JSON", { cause });
  }
}

// src/runtime/model-files.ts
import { existsSync as existsSync2 } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname as dirname2, join as join2 } from "node:path";
import { fileURLToPath } from "node:url";
var MANIFEST = join2("models", "weights", "manifest.json");
var KERNELS = join2("build", "kernels.wasm");
function findModelFolder() {
  const manifest = findAbove(MANIFEST);
  if (!manifest) throw new StrataError("MODEL_INVALID", `no ${MANIFEST} in any folder above the program`);
  return dirname2(manifest);
}
async function compileKernels() {
  const file = findAbove(KERNELS);
  return file && await WebAssembly.compile(await readFile(file));
}
function findAbove(file) {
  let folder = dirname2(fileURLToPath(import.meta.url));
  for (; ; ) {
    const candidate = join2(folder, file);
    if (existsSync2(candidate)) return candidate;
    if (dirname2(folder) === folder) return void 0;
    folder = dirname2(folder);
  }
}
async function openModelFolder(folder = findModelFolder()) {
  const manifest = checkManifest(parseJson(await readModelFile(folder, "manifest.json")));
  return {
    manifest,
    read: (file) => readChecked(manifest, file, () => readModelFile(folder, file))
  };
}
async function readModelFile(folder, file) {
  try {
    return await readFile(join2(folder, file));
  } catch (cause) {
    throw new StrataError("MODEL_INVALID", `model file ${file} cannot be read`, { cause });
  }
}

// src/runtime/networks.ts
function engineNetworks(engine, { table, blob }) {
  return memoiseLoads(async (name) => engine.load(await programOf(name, table), await blob("decoder")));
}
function onnxNetworks({ table, load }) {
  return memoiseLoads(async (name) => onnxNetwork(await programOf(name, table), await load(name)));
}
async function programOf(name, table) {
  const { networks } = await table("decoder") ?? {};
  const program = networks?.[name];
  if (!program) throw new StrataError("MODEL_INVALID", `decoder.json: expected a network "${name}"`);
  return program;
}
function onnxNetwork(program, runner) {
  return {
    async run(inputs, rows, columns, readers = {}) {
      const feeds = {};
      for (const [name, { channels, stride }] of Object.entries(program.inputs)) {
        const grid = [channels, rows / stride, columns / stride];
        feeds[name] = { data: toPlanes(denseInput(inputs[name], grid), channels), dims: [1, ...grid] };
      }
      const outputs = {};
      for (const [name, { data, dims }] of Object.entries(await runner.run(feeds))) {
        const [, channels = 1, , wide = 1] = dims;
        const cells = toCells(data, channels);
        if (Object.hasOwn(readers, name)) readers[name]?.(cells, channels, wide * channels, 0);
        else outputs[name] = cells;
      }
      return outputs;
    }
  };
}
function denseInput(input, [channels, rows, columns]) {
  if (typeof input !== "function") return input ?? new Int16Array();
  const values = new Int16Array(channels * rows * columns);
  input(values, channels, columns * channels, 0);
  return values;
}
function toPlanes(cells, channels) {
  const plane = cells.length / channels;
  const out = new Float32Array(cells.length);
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < channels; c++) out[c * plane + i] = cells[i * channels + c];
  }
  return out;
}
function toCells(planes, channels) {
  const plane = planes.length / channels;
  const out = new Int16Array(planes.length);
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < channels; c++) out[i * channels + c] = planes[c * plane + i];
  }
  return out;
}

// src/runtime/providers.ts
var CANDIDATES = {
  auto: ["cuda", "cpu"],
  cuda: ["cuda"],
  webgpu: ["webgpu"],
  cpu: ["cpu"]
};
function createOnProvider(wanted, create, onChosen = () => {
}) {
  let chosen;
  async function first(bytes) {
    const passedOver = [];
    for (const provider of CANDIDATES[wanted]) {
      try {
        const session = await create(bytes, provider);
        onChosen({ provider, passedOver });
        return [provider, session];
      } catch (error) {
        const [reason = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
        passedOver.push({ provider, reason });
      }
    }
    const reasons = passedOver.map(({ provider, reason }) => `${provider}: ${reason}`).join("; ");
    const advice = wanted === "cpu" ? "strata doctor checks the models" : "ORIGIN_PROVIDER=cpu always works";
    throw new StrataError("MODEL_INVALID", `no session on ${wanted} (${reasons}); ${advice}`);
  }
  return async (bytes) => {
    if (chosen !== void 0) return await create(bytes, await chosen);
    const firstSession = first(bytes);
    chosen = firstSession.then(([provider]) => provider);
    chosen.catch(() => {
      chosen = void 0;
    });
    return (await firstSession)[1];
  };
}

// src/runtime/session.ts
function createRunner(name, session, makeTensor2) {
  let last = Promise.resolve();
  async function runNow(feeds) {
    const inputs = {};
    for (const input of session.inputNames) {
      const tensor = feeds[input];
      if (!tensor)
        throw new StrataError(
          "MODEL_INVALID",
          `${name}: expected an input "${input}", got ${Object.keys(feeds)}`
        );
      inputs[input] = await makeTensor2(tensor.data, tensor.dims);
    }
    const outputs = {};
    for (const [key, value] of Object.entries(await session.run(inputs))) {
      outputs[key] = { data: value.data, dims: value.dims };
    }
    return outputs;
  }
  return {
    run(feeds) {
      const result = last.then(() => runNow(feeds));
      last = result.then(
        () => void 0,
        () => void 0
      );
      return result;
    }
  };
}

// src/runtime/node.ts
var NO_SPINNING = { session: { intra_op: { allow_spinning: "0" } } };
async function createNodeRuntime(options = {}) {
  const { InferenceSession, Tensor } = await import("onnxruntime-node");
  const threads = options.threads === void 0 ? {} : { intraOpNumThreads: options.threads };
  return await assemble(
    "node",
    "onnxruntime",
    await openModelFolder(options.models),
    createOnProvider(
      options.provider ?? "cpu",
      async (bytes, provider) => {
        if (provider === "cuda" && !isCudaInstalled()) throw new Error("its libraries are not installed");
        const executionProviders = [provider];
        const settings = { ...threads, executionProviders, extra: NO_SPINNING, logSeverityLevel: 3 };
        return await InferenceSession.create(bytes, settings);
      },
      options.onProvider
    ),
    (data, dims) => new Tensor("float32", data, dims)
  );
}
async function createWasmRuntime(options = {}) {
  const ort = () => import("onnxruntime-web/wasm");
  return await assemble(
    "wasm",
    options.engine ?? "kernels",
    await openModelFolder(options.models),
    async (bytes) => {
      const { env, InferenceSession } = await ort();
      env.wasm.numThreads = 1;
      return await InferenceSession.create(bytes, {
        executionProviders: ["wasm"],
        logSeverityLevel: 3
      });
    },
    async (data, dims) => new (await ort()).Tensor("float32", data, dims)
  );
}
async function assemble(name, engine, folder, createSession, makeTensor2) {
  const kernels = await compileKernels();
  const files = {
    table: memoiseLoads(async (table) => parseJson(await folder.read(`${table}.json`))),
    blob: memoiseLoads((blob) => folder.read(`${blob}.bin`)),
    load: memoiseLoads(async (model) => {
      const session = await createSession(await folder.read(`${model}.onnx`));
      return createRunner(model, session, makeTensor2);
    })
  };
  const own2 = kernels ? createEngine(kernels) : referenceEngine;
  const network = engine === "onnxruntime" ? onnxNetworks(files) : engineNetworks(own2, files);
  return { name, manifest: folder.manifest, kernels, engine: own2, ...files, network };
}

// src/node/yielding.ts
import { setImmediate } from "node:timers/promises";
function yielding(runtime) {
  return {
    ...runtime,
    load: async (name) => breathing(await runtime.load(name)),
    network: async (name) => breathing(await runtime.network(name))
  };
}
function breathing(runner) {
  return {
    async run(...args) {
      const outputs = await runner.run(...args);
      await setImmediate();
      return outputs;
    }
  };
}

// src/node/runtimes.ts
var runtimes = /* @__PURE__ */ new Map();
function createRuntime(name, options = {}) {
  const known = runtimes.get(name);
  if (known) return known;
  const made = (name === "node" ? createNodeRuntime(options) : createWasmRuntime()).then(yielding);
  runtimes.set(name, made);
  made.catch(() => runtimes.delete(name));
  return made;
}

// src/node/picture-layers/pixels.ts
import sharp3 from "sharp";
function sharpOf({ width, height, channels, data }) {
  return sharp3(data, { raw: { width, height, channels }, limitInputPixels: false });
}
async function decodeFile(file) {
  return await rawOf(sharp3(file, { limitInputPixels: false, ignoreIcc: true }).toColourspace("srgb"));
}
async function rawOf(pipeline) {
  const { data, info } = await pipeline.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const channels = info.channels;
  return { width, height, channels, data: new Uint8Array(data.buffer, data.byteOffset, data.length) };
}
async function resizePixels(picture, { width, height }) {
  if (width === picture.width && height === picture.height) return picture;
  return await rawOf(sharpOf(picture).resize(width, height, { kernel: "lanczos3", fit: "fill" }));
}
function hidesSomething({ channels, data }) {
  if (channels === 3) return false;
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return true;
  return false;
}
function withoutNeedlessAlpha(picture) {
  if (picture.channels === 3 || hidesSomething(picture)) return picture;
  const { width, height } = picture;
  return { width, height, channels: 3, data: flattened(picture, { r: 0, g: 0, b: 0 }).data };
}
function flattened({ width, height, channels, data }, matte) {
  if (channels === 3) return rgbImage(width, height, data);
  const below = [matte.r, matte.g, matte.b];
  const flat = new Uint8Array(3 * width * height);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    const alpha = data[from + 3];
    for (let c = 0; c < 3; c++) {
      flat[to + c] = Math.round((data[from + c] * alpha + below[c] * (255 - alpha)) / 255);
    }
  }
  return rgbImage(width, height, flat);
}
function isOneColour({ channels, data }) {
  for (let at = channels; at < data.length; at++) if (data[at] !== data[at - channels]) return false;
  return true;
}
function samePixels(a, b) {
  if (a.width !== b.width || a.height !== b.height) return false;
  const [one, other] = [a.data, b.data];
  for (let p = 0, i = 0, k = 0; p < a.width * a.height; p++, i += a.channels, k += b.channels) {
    const alpha = a.channels === 4 ? one[i + 3] : 255;
    if (alpha !== (b.channels === 4 ? other[k + 3] : 255)) return false;
    if (alpha === 0) continue;
    if (one[i] !== other[k] || one[i + 1] !== other[k + 1] || one[i + 2] !== other[k + 2]) return false;
  }
  return true;
}

// src/node/picture-layers/encode.ts
var LOSSY = ["webp", "avif"];
var MAX_SIDE = { webp: 16383, avif: 16384 };
var SLOW_AVIF_PIXELS = 5e5;
var EXACT_PIXELS = 64 * 64;
var PNG_PIXELS = 128 * 128;
function fits({ width, height }, coding) {
  return Math.max(width, height) <= MAX_SIDE[coding];
}
async function encodeLossy(picture, coding, setting) {
  if (coding === "webp") {
    return own(
      await sharpOf(picture).webp({ quality: setting, alphaQuality: 100, smartSubsample: true, effort: 4 }).toBuffer()
    );
  }
  const effort = picture.width * picture.height <= SLOW_AVIF_PIXELS ? 4 : 3;
  return own(await sharpOf(picture).avif({ quality: setting, effort, chromaSubsampling: "4:4:4" }).toBuffer());
}
async function encodeNearLossless(picture) {
  return own(await sharpOf(picture).webp({ nearLossless: true, quality: 60, effort: 4 }).toBuffer());
}
async function encodeLossless(picture, only) {
  const pixels = picture.width * picture.height;
  const asWebp = fits(picture, "webp") && only !== "png";
  const asPng = only === void 0 ? !asWebp || pixels <= PNG_PIXELS : only === "png";
  const made = [];
  if (asWebp) {
    const exact = pixels <= EXACT_PIXELS;
    made.push({
      coding: "webp",
      file: own(await sharpOf(picture).webp({ lossless: true, effort: 4, exact }).toBuffer())
    });
  }
  if (asPng || made.length === 0) made.push({ coding: "png", file: await encodePng(picture) });
  return made.reduce((best, next) => next.file.length < best.file.length ? next : best);
}
async function encodePng(picture) {
  const colours = coloursOf(picture);
  if (colours !== void 0) {
    const palette = own(
      await sharpOf(picture).png({ palette: true, colours, dither: 0, effort: 7, compressionLevel: 9 }).toBuffer()
    );
    if (samePixels(await decodeFile(palette), picture)) return palette;
  }
  const file = sharpOf(picture).png({ compressionLevel: 9, adaptiveFiltering: !isFlat(picture) });
  return own(await file.toBuffer());
}
function coloursOf({ channels, data }) {
  const colours = /* @__PURE__ */ new Set();
  for (let at = 0; at < data.length; at += channels) {
    const alpha = channels === 4 ? data[at + 3] : 255;
    colours.add(alpha * 2 ** 24 + data[at] * 2 ** 16 + data[at + 1] * 2 ** 8 + data[at + 2]);
    if (colours.size > 256) return void 0;
  }
  return Math.max(2, colours.size);
}
function isFlat({ width, channels, data }) {
  let [same, all] = [0, 0];
  for (let at = channels; at < data.length; at += 7 * channels) {
    all++;
    if (data[at] === data[at - channels]) same++;
  }
  return width < 2 || same > 0.7 * all;
}
function own(buffer) {
  return new Uint8Array(buffer);
}

// src/pixels/ssimulacra2/colour.ts
var ALPHA = 1.0550107;
var BETA = 0.0030412825;
var LINEAR = Float32Array.from({ length: 256 }, (_, code) => {
  const value = code / 255;
  return value < 12.92 * BETA ? value / 12.92 : ((value + ALPHA - 1) / ALPHA) ** 2.4;
});
var BIAS = 0.0037930734;
var BIAS_ROOT = Math.cbrt(BIAS);
var ROOTS = 16384;
var CUBE_ROOTS = Float32Array.from({ length: ROOTS + 80 }, (_, i) => Math.cbrt(i / ROOTS));
function cubeRoot(value) {
  const position = value * ROOTS;
  const index = position | 0;
  const below = CUBE_ROOTS[index];
  return below + (position - index) * (CUBE_ROOTS[index + 1] - below);
}
function positiveXyb(linear, channel, out, at, width) {
  if (channel === 0) rowOfX(linear, out, at, width);
  else if (channel === 1) rowOfY(linear, out, at, width);
  else rowOfB(linear, out, at, width);
}
function rowOfX(linear, out, at, width) {
  for (let x = 0, i = 0; x < width; x++, i += 3) {
    const g = linear[i + 1];
    const l = cubeRoot(0.3 * linear[i] + 0.622 * g + 0.078 * linear[i + 2] + BIAS);
    const m = cubeRoot(0.23 * linear[i] + 0.692 * g + 0.078 * linear[i + 2] + BIAS);
    out[at + x] = 7 * (l - m) + 0.42;
  }
}
function rowOfY(linear, out, at, width) {
  for (let x = 0, i = 0; x < width; x++, i += 3) {
    const g = linear[i + 1];
    const l = cubeRoot(0.3 * linear[i] + 0.622 * g + 0.078 * linear[i + 2] + BIAS);
    const m = cubeRoot(0.23 * linear[i] + 0.692 * g + 0.078 * linear[i + 2] + BIAS);
    out[at + x] = 0.5 * (l + m) - BIAS_ROOT + 0.01;
  }
}
function rowOfB(linear, out, at, width) {
  for (let x = 0, i = 0; x < width; x++, i += 3) {
    const r = linear[i];
    const g = linear[i + 1];
    const b = linear[i + 2];
    const l = cubeRoot(0.3 * r + 0.622 * g + 0.078 * b + BIAS);
    const m = cubeRoot(0.23 * r + 0.692 * g + 0.078 * b + BIAS);
    const s = cubeRoot(0.24342269 * r + 0.20476745 * g + 0.55180986 * b + BIAS);
    out[at + x] = s - 0.5 * (l + m) + 0.55;
  }
}

// src/pixels/ssimulacra2/gaussian.ts
var SIGMA = 1.5;
var RADIUS = Math.round(3.2795 * SIGMA + 0.2546);
var REACH2 = RADIUS - 1;
var SPAN = 2 * RADIUS;
function cosines() {
  const omega = [1, 3, 5].map((k) => k * Math.PI / (2 * RADIUS));
  const p = omega.map((w, i) => (i === 1 ? -1 : 1) / Math.tan(w / 2));
  const r = omega.map((w, i) => (i === 1 ? -1 : 1) * p[i] ** 2 / Math.sin(w));
  const rho = omega.map((w) => Math.exp(-0.5 * SIGMA ** 2 * w ** 2) / RADIUS);
  const cross = (i, j) => p[i] * r[j] - r[i] * p[j];
  const zeta = [cross(1, 2) / cross(0, 1), cross(2, 0) / cross(0, 1), 1];
  const last = zeta.reduce((sum2, z, i) => sum2 + z * rho[i], 0);
  const beta = solve([p, r, zeta], [1, RADIUS ** 2 - SIGMA ** 2, last]);
  const input = omega.map((w, i) => -beta[i] * Math.cos(w * (RADIUS + 1)));
  const previous = omega.slice(0, 2).map((w) => -2 * Math.cos(w));
  return Float32Array.from([...input, ...previous]);
}
function solve(rows, right) {
  const whole = determinant(rows);
  return [0, 1, 2].map((column) => {
    const replaced = rows.map((row, y) => row.map((value, x) => x === column ? right[y] : value));
    return determinant(replaced) / whole;
  });
}
function determinant(rows) {
  const [a, b, c] = rows;
  const minor = (i, j) => b[i] * c[j] - b[j] * c[i];
  return a[0] * minor(1, 2) - a[1] * minor(0, 2) + a[2] * minor(0, 1);
}

// src/pixels/ssimulacra2/blur.ts
var { fround } = Math;
var FACTORS = cosines();
var ROW_START = SPAN;
function blurInput(width) {
  return new Float32Array(SPAN + width + REACH2);
}
function createBlur(width) {
  const out = new Float32Array(width);
  const line = new Float32Array(width + REACH2);
  const ring = new Float32Array(SPAN * width);
  let newer = new Float32Array(3 * width);
  let older = new Float32Array(3 * width);
  let at = 0;
  function write(row) {
    blurAcross(row, line);
    blurDown(line, ring, at, newer, older, out);
    at = at + width === ring.length ? 0 : at + width;
    const oldest = older;
    older = newer;
    newer = oldest;
  }
  return { write, out };
}
function blurAcross(row, line) {
  const in1 = FACTORS[0];
  const in3 = FACTORS[1];
  const in5 = FACTORS[2];
  const previous1 = FACTORS[3];
  const previous3 = FACTORS[4];
  let newer1 = 0;
  let newer3 = 0;
  let newer5 = 0;
  let older1 = 0;
  let older3 = 0;
  let older5 = 0;
  for (let i = 0; i < line.length; i++) {
    const sum2 = fround(row[i] + row[i + SPAN]);
    const next1 = fround(fround(fround(sum2 * in1) - older1) - previous1 * newer1);
    const next3 = fround(fround(fround(sum2 * in3) - older3) - previous3 * newer3);
    const next5 = fround(fround(sum2 * in5) - older5);
    older1 = newer1;
    older3 = newer3;
    older5 = newer5;
    newer1 = next1;
    newer3 = next3;
    newer5 = next5;
    line[i] = fround(next1 + next3) + next5;
  }
}
function blurDown(line, ring, at, newer, older, out) {
  const width = out.length;
  const third = 2 * width;
  const in1 = FACTORS[0];
  const in3 = FACTORS[1];
  const in5 = FACTORS[2];
  const previous1 = FACTORS[3];
  const previous3 = FACTORS[4];
  for (let x = 0; x < width; x++) {
    const entering = line[x + REACH2];
    const sum2 = fround(ring[at + x] + entering);
    ring[at + x] = entering;
    const next1 = fround(sum2 * in1 - fround(newer[x] * previous1 + older[x]));
    const next3 = fround(sum2 * in3 - fround(newer[width + x] * previous3 + older[width + x]));
    const next5 = fround(sum2 * in5 - older[third + x]);
    older[x] = next1;
    older[width + x] = next3;
    older[third + x] = next5;
    out[x] = fround(next1 + next3) + next5;
  }
}

// src/pixels/ssimulacra2/weights.ts
var NORMS_PER_CHANNEL = 6;
var CHANNELS = 3;
var MOST_SCALES = 6;
var SMALLEST_SIDE = 8;
var WEIGHTS = {
  9: 1.1041726426657346,
  15: 1.8422455520539298,
  16: 11.441172603757666,
  21: 1.8787594979546387,
  22: 10.94906990605142,
  25: 0.9677937080626833,
  28: 0.9981766977854967,
  39: 7.466890328078848,
  41: 17.445833984131262,
  45: 6.683678146179332,
  47: 1.027889937768264,
  48: 225.20515300849274,
  51: 19.213238186143016,
  54: 176.39317598450694,
  57: 24.43300999870476,
  58: 0.28520802612117757,
  63: 34.77906344483772,
  64: 44.835625328877896,
  93: 8.826982764996862,
  94: 23.19243343998926,
  96: 95.1080498811086,
  97: 0.9863978034400682,
  98: 0.9834382792465353,
  100: 171.2667255897307,
  101: 0.9807858872435379
};
function weightsOf2(channel, scale, scales) {
  const first = NORMS_PER_CHANNEL * (channel * scales + scale);
  return Array.from({ length: NORMS_PER_CHANNEL }, (_, i) => WEIGHTS[first + i] ?? 0);
}
function scalesOf(width, height) {
  let scales = 1;
  for (let side = Math.min(width, height); side >= SMALLEST_SIDE && scales < MOST_SCALES; scales++) {
    side = Math.ceil(side / 2);
  }
  return scales;
}
function scoreOf(sum2) {
  const x = 0.9562382616834844 * sum2;
  const y = 2.326765642916932 * x - 0.020884521182843837 * x ** 2 + 6248496625763138e-20 * x ** 3;
  return y > 0 ? 100 - 10 * y ** 0.6276336467831387 : 100;
}

// src/pixels/ssimulacra2/channel.ts
var { fround: fround2 } = Math;
var ROWS = REACH2 + 1;
var C2 = fround2(9e-4);
function createChannelComparison(width, height, kept) {
  const known = kept?.complete === true;
  const [reference, squares1] = [blurInput(width), blurInput(width)];
  const [distorted, squares2, products] = [blurInput(width), blurInput(width), blurInput(width)];
  const [meanBlur1, squareBlur1] = [createBlur(width), createBlur(width)];
  const [meanBlur2, squareBlur2, productBlur] = [createBlur(width), createBlur(width), createBlur(width)];
  const references = new Float32Array(ROWS * width);
  const distorteds = new Float32Array(ROWS * width);
  const sums = new Float64Array(NORMS_PER_CHANNEL);
  const rows = {
    means: known ? kept.means : meanBlur1.out,
    variances: known ? kept.variances : squareBlur1.out,
    ...{ means2: meanBlur2.out, squares2: squareBlur2.out, products: productBlur.out },
    ...{ references, distorteds }
  };
  const values = reference.subarray(ROW_START, ROW_START + width);
  const others = distorted.subarray(ROW_START, ROW_START + width);
  let received = 0;
  function write() {
    const row = received * width;
    if (known) values.set(kept.values.subarray(row, row + width));
    else kept?.values.set(values, row);
    multiply2(reference, distorted, squares2, products);
    if (!known) multiply2(reference, reference, squares1, squares1);
    const at = received % ROWS * width;
    references.set(values, at);
    distorteds.set(others, at);
    advance2();
  }
  function advance2() {
    const row = received - REACH2;
    received++;
    meanBlur2.write(distorted);
    squareBlur2.write(squares2);
    productBlur.write(products);
    if (!known) {
      meanBlur1.write(reference);
      squareBlur1.write(squares1);
    }
    if (row < 0) return;
    if (!known) keep(row);
    addErrors(rows, known ? row * width : 0, row % ROWS * width, width, sums);
  }
  function keep(row) {
    subtractSquares(squareBlur1.out, meanBlur1.out);
    kept?.means.set(meanBlur1.out, row * width);
    kept?.variances.set(squareBlur1.out, row * width);
  }
  function finish() {
    for (const input of [reference, distorted, squares1, squares2, products]) input.fill(0);
    for (let below = 0; below < REACH2; below++) advance2();
    if (kept !== void 0) kept.complete = true;
    const pixels = width * height;
    return sums.map((sum2, i) => i < 3 ? sum2 / pixels : (sum2 / pixels) ** 0.25);
  }
  return { reference, distorted, write, finish };
}
function multiply2(a, b, squares, products) {
  for (let i = ROW_START, end = a.length - REACH2; i < end; i++) {
    squares[i] = b[i] * b[i];
    products[i] = a[i] * b[i];
  }
}
function subtractSquares(squares, means) {
  for (let x = 0; x < squares.length; x++) squares[x] = squares[x] - fround2(means[x] * means[x]);
}
function addErrors(rows, keptAt, at, width, sums) {
  const { means, variances, means2, squares2, products, references, distorteds } = rows;
  let ssim1 = 0;
  let ssim4 = 0;
  let ringing1 = 0;
  let ringing4 = 0;
  let blurring1 = 0;
  let blurring4 = 0;
  for (let x = 0; x < width; x++) {
    const mean1 = means[keptAt + x];
    const mean2 = means2[x];
    const difference = fround2(mean1 - mean2);
    const covariance = fround2(products[x] - fround2(mean1 * mean2));
    const spread = variances[keptAt + x] + fround2(squares2[x] - fround2(mean2 * mean2));
    const likeness = (1 - difference * difference) * (2 * covariance + C2);
    const denominator = spread + C2;
    const edge1 = 1 + Math.abs(references[at + x] - mean1);
    const edge2 = 1 + Math.abs(distorteds[at + x] - mean2);
    const inverse2 = 1 / (denominator * edge1);
    const dissimilar = 1 - fround2(likeness * edge1 * inverse2);
    const ssim = 0.5 * (dissimilar + Math.abs(dissimilar));
    ssim1 += ssim;
    ssim4 += ssim * ssim * (ssim * ssim);
    const edge = (edge2 - edge1) * denominator * inverse2;
    const ringing = 0.5 * (Math.abs(edge) + edge);
    const blurring = ringing - edge;
    ringing1 += ringing;
    ringing4 += ringing * ringing * (ringing * ringing);
    blurring1 += blurring;
    blurring4 += blurring * blurring * (blurring * blurring);
  }
  sums[0] += ssim1;
  sums[1] += ringing1;
  sums[2] += blurring1;
  sums[3] += ssim4;
  sums[4] += ringing4;
  sums[5] += blurring4;
}

// src/pixels/ssimulacra2/scale.ts
function createComparison(width, height, kept) {
  return createScaleComparison({ width, height, scale: 0, scales: scalesOf(width, height), kept });
}
function createScaleComparison(options) {
  const { width, scale, scales, kept } = options;
  const known = isKnown(kept);
  const counted = countedChannels(options);
  const half = scale + 1 < scales ? createHalving(options) : void 0;
  function write(reference, distorted) {
    for (const { channel, comparison } of counted) {
      if (!known) positiveXyb(reference, channel, comparison.reference, ROW_START, width);
      positiveXyb(distorted, channel, comparison.distorted, ROW_START, width);
      comparison.write();
    }
    half?.write(reference, distorted);
  }
  function finish() {
    let sum2 = half?.finish() ?? 0;
    for (const { comparison, weights } of counted) {
      const norms = comparison.finish();
      for (let i = 0; i < weights.length; i++) sum2 += weights[i] * norms[i];
    }
    return sum2;
  }
  return { write, finish };
}
function isKnown(kept) {
  return kept !== void 0 && kept.length > 0 && kept.every((channel) => channel.complete);
}
function countedChannels({ width, height, scale, scales, kept }) {
  const counted = [];
  for (let channel = 0; channel < CHANNELS; channel++) {
    const weights = weightsOf2(channel, scale, scales);
    if (weights.every((weight) => weight === 0)) continue;
    if (kept !== void 0) kept[CHANNELS * scale + channel] ??= keptChannel(width * height);
    const comparison = createChannelComparison(width, height, kept?.[CHANNELS * scale + channel]);
    counted.push({ channel, weights, comparison });
  }
  return counted;
}
function keptChannel(pixels) {
  const plane = () => new Float32Array(pixels);
  return { values: plane(), means: plane(), variances: plane(), complete: false };
}
function createHalving({ width, height, scale, scales, kept }) {
  const known = isKnown(kept);
  const halfWidth = Math.ceil(width / 2);
  const next = createScaleComparison({
    width: halfWidth,
    height: Math.ceil(height / 2),
    scale: scale + 1,
    scales,
    kept
  });
  const line = () => new Float32Array(3 * halfWidth);
  const [upper1, upper2, lower1, lower2] = [line(), line(), line(), line()];
  let odd = false;
  function write(reference, distorted) {
    if (!known) pairSums(reference, width, odd ? lower1 : upper1);
    pairSums(distorted, width, odd ? lower2 : upper2);
    odd = !odd;
    if (!odd) send(lower1, lower2);
  }
  function send(second1, second2) {
    if (!known) addQuarter(upper1, second1);
    addQuarter(upper2, second2);
    next.write(upper1, upper2);
  }
  function finish() {
    if (odd) send(upper1, upper2);
    return next.finish();
  }
  return { write, finish };
}
function pairSums(row, width, out) {
  const whole = 3 * (width >> 1);
  for (let o = 0, i = 0; o < whole; o += 3, i += 6) {
    out[o] = row[i] + row[i + 3];
    out[o + 1] = row[i + 1] + row[i + 4];
    out[o + 2] = row[i + 2] + row[i + 5];
  }
  for (let o = whole; o < out.length; o++) out[o] = 2 * row[o + whole];
}
function addQuarter(upper, lower2) {
  for (let i = 0; i < upper.length; i++) upper[i] = 0.25 * (upper[i] + lower2[i]);
}

// src/pixels/ssimulacra2.ts
function createSsimulacra2Pass(width, height) {
  return createPass(width, height);
}
function createPass(width, height, kept) {
  checkSides(width, height);
  const known = isKnown(kept);
  const comparison = createComparison(width, height, kept);
  const rowBytes = 3 * width;
  const linear1 = new Float32Array(rowBytes);
  const linear2 = new Float32Array(rowBytes);
  let received = 0;
  function write(reference, distorted) {
    const rows = reference.length / rowBytes;
    const fits2 = Number.isInteger(rows) && received + rows <= height && distorted.length === reference.length;
    if (!fits2) {
      const expected = `equally many whole rows of ${rowBytes} bytes, at most ${height - received}`;
      throw invalidParam("rows", expected, `${reference.length} and ${distorted.length} bytes`);
    }
    received += rows;
    for (let at = 0; at < reference.length; at += rowBytes) {
      if (!known) linearRow(reference, at, linear1);
      linearRow(distorted, at, linear2);
      comparison.write(linear1, linear2);
    }
  }
  function distance() {
    if (received < height) throw invalidParam("rows", `${height}`, received);
    return comparison.finish();
  }
  return { write, score: () => scoreOf(distance()), distance };
}
var MOST_KEPT = 4e6;
var Ssimulacra2 = class {
  #reference;
  #kept;
  /** @throws StrataError PARAM_INVALID when a side is below 8 pixels */
  constructor(reference) {
    checkSides(reference.width, reference.height);
    this.#reference = reference;
    this.#kept = reference.width * reference.height <= MOST_KEPT ? [] : void 0;
  }
  /** @throws StrataError PARAM_INVALID when the size is not the original's */
  score(distorted) {
    return scoreWhole(this.#reference, distorted, this.#kept);
  }
};
function scoreWhole({ width, height, data }, distorted, kept) {
  if (distorted.width !== width || distorted.height !== height) {
    throw invalidParam("size", `${width} x ${height} pixels`, `${distorted.width} x ${distorted.height}`);
  }
  const pass = createPass(width, height, kept);
  pass.write(data, distorted.data);
  return pass.score();
}
function checkSides(width, height) {
  for (const [name, side] of [
    ["width", width],
    ["height", height]
  ]) {
    if (!Number.isInteger(side) || side < SMALLEST_SIDE) {
      throw invalidParam(name, `an integer of at least ${SMALLEST_SIDE} pixels`, side);
    }
  }
}
function linearRow(rgb, at, out) {
  for (let i = 0; i < out.length; i++) out[i] = LINEAR[rgb[at + i]];
}

// src/node/picture-layers/score.ts
var WHITE = { r: 255, g: 255, b: 255 };
var BLACK = { r: 0, g: 0, b: 0 };
var WHOLE_PIXELS = 3e5;
function createScorer(picture) {
  const part = (whole) => whole.width * whole.height <= WHOLE_PIXELS ? whole : montage(whole);
  const reference = part(picture);
  if (Math.min(reference.width, reference.height) < SMALLEST_SIDE) return void 0;
  const mattes = picture.channels === 4 ? [WHITE, BLACK] : [WHITE];
  const judges = mattes.map((matte) => ({ matte, judge: new Ssimulacra2(flattened(reference, matte)) }));
  return {
    score(distorted) {
      const cut = part(distorted);
      return Math.min(...judges.map(({ matte, judge }) => judge.score(flattened(cut, matte))));
    }
  };
}

// src/pixels/encoder-quality.ts
var SETTING_STEPS = {
  "edge-avif": 1,
  "edge-webp": 0.5,
  "avif-0": 1,
  "avif-4": 1,
  webp: 1,
  mozjpeg: 1
};
var TABLE_QUALITIES = Array.from({ length: 20 }, (_, i) => 5 * (i + 1));
var SETTINGS = {
  "edge-avif": [1, 9, 27, 35, 39, 46, 48, 52, 55, 57, 58, 61, 67, 70, 75, 78, 82, 89, 96, 99],
  "edge-webp": [1, 1, 4, 12.5, 19, 32, 36, 45.5, 52.5, 58.5, 62, 69, 77, 80, 83.5, 86.5, 89.5, 94, 100, 100],
  "avif-0": [1, 1, 12, 22, 26, 35, 37, 41, 44, 46, 47, 49, 54, 58, 63, 67, 73, 82, 95, 99],
  "avif-4": [1, 1, 8, 17, 22, 28, 30, 35, 38, 40, 41, 43, 48, 52, 57, 61, 67, 78, 89, 97],
  webp: [1, 1, 4, 13, 20, 31, 36, 46, 52, 58, 61, 68, 77, 80, 84, 86, 89, 94, 100, 100],
  mozjpeg: [6, 10, 17, 23, 26, 35, 39, 46, 51, 56, 59, 63, 69, 73, 77, 82, 87, 91, 96, 99]
};
function encoderQuality(encoder, quality) {
  const settings = SETTINGS[encoder];
  const step = SETTING_STEPS[encoder];
  const at = Math.min(Math.max(quality, 1), 100) / 5;
  const column = Math.floor(at);
  const below = column === 0 ? 0 : settings[column - 1];
  const above = settings[Math.min(column, settings.length - 1)];
  const setting = below + (at - column) * (above - below);
  return Math.max(1, Math.round(setting / step) * step);
}

// src/node/picture-layers/search.ts
var [BELOW, ABOVE] = [0.5, 1];
var SLOPE2 = 0.6;
async function searchSetting(picture, coding, scorer, { target, first, tries }) {
  const made = [];
  let setting = Math.round(first ?? encoderQuality(coding === "avif" ? "avif-4" : "webp", 75));
  while (made.length < tries && !made.some((known) => known.setting === setting)) {
    const file = await encodeLossy(picture, coding, setting);
    const score = scorer.score(await decodeFile(file));
    made.push({ coding, file, setting, score, lossless: false });
    if (score >= target - BELOW && score <= target + ABOVE) break;
    setting = nextSetting(made, target);
  }
  const reached = made.filter(({ score }) => score >= target - BELOW);
  if (reached.length > 0)
    return reached.reduce((best, next) => next.file.length < best.file.length ? next : best);
  return made.reduce((best, next) => next.score > best.score ? next : best);
}
function nextSetting(made, target) {
  const nearest2 = [...made].sort((a, b) => Math.abs(a.score - target) - Math.abs(b.score - target));
  const [one, two] = [nearest2[0], nearest2[1]];
  const measured = two && (two.score - one.score) / (two.setting - one.setting);
  const slope = measured !== void 0 && measured > 0.1 ? measured : SLOPE2;
  const step = (target + 0.2 - one.score) / slope;
  const limited = Math.sign(step) * Math.min(30, Math.max(1, Math.abs(step)));
  return Math.min(100, Math.max(1, Math.round(one.setting + limited)));
}

// src/node/picture-layers/target.ts
var DEFAULT_TARGET = 75;

// src/codec/compass/latents/symbol-hashes.ts
var SymbolHashes = class {
  #strips = [];
  tap(layer) {
    this.#strips[layer] ??= [];
    const strips = this.#strips[layer];
    return (strip, hyperSymbols, passes) => {
      strips[strip] = sha256(concat([hyperSymbols, ...passes].map(bytesOf)));
    };
  }
  has(layer, strip) {
    return this.#strips[layer]?.[strip] !== void 0;
  }
  /** One hash per layer, 32 hexadecimal digits each. */
  async layers() {
    const hashes = this.#strips.map(async (strips) => {
      return hex((await sha256(concat(await Promise.all(strips)))).subarray(0, 16));
    });
    return await Promise.all(hashes);
  }
};
function bytesOf(symbols) {
  return new Uint8Array(symbols.buffer, symbols.byteOffset, symbols.byteLength);
}

// src/entropy/tables-data.ts
var TABLES_BASE64 = [
  "AwAIAJL/MQABAAEAAwAIACj/ZgABAAEAAwAIACz+5AABAAEABAAIAIb8tgEBAAEAAQAEAAgABPr3AgEAAQABAAQACAAS93AEAQAB",
  "AAEABAAIAAjzdQYBAAEAAQAEAAgAnu0oCQMAAQABAAQACACk5p0MCwABAAEABQAIAAre0xAhAAEAAQABAAUACAD2068VTwABAAEA",
  "AQAFAAgAPMpJGpIAAQABAAEABQAIAM6/Gh/2AAMAAQABAAYACADitP4jgAEKAAEAAQABAAYACAC4qc0oNQIbAAEAAQABAAYACACK",
  "nl4tHAM6AAEAAQABAAcACAB8k4UxQgRvAAUAAQABAAEABwAIAL6IGTW1BbwAEAABAAEAAQAHAAgAZH72N4YHJQElAAIAAQABAAgA",
  "CACYddA5eAmaAUQABwABAAEAAQAIAAgAOG36OrcLKAJzABEAAQABAAEACQAIAEpldDszDtUCsQAjAAQAAQABAAEACQAIANBdRjvU",
  "EKwDAAE/AAwAAQABAAEACgAIAMpWfzp5E7cEYAFoABkABAABAAEAAQALAAgANlAzOQAW/gXTAZ4ALwALAAIAAQABAAEACwAIAF5K",
  "kTcuGGsHWQLeAE0AFwAFAAEAAQABAAwACADqRJ81DBoFCf4CKQF1ACkADAADAAEAAQABAA0ACADSP3Ezihu8CsoDgwGnAEQAGAAH",
  "AAIAAQABAAEADgAIABI7GDGhHHwMwQTxAeMAZgAqABAABQABAAEAAQABAA8ACACoNqQuTx0tDuAFeQIpAZIARAAdAAsABAABAAEA",
  "AQABABAACACOMiIsmR26DyAHIQN/AcUAZQAxABUACQADAAEAAQABAAEAEQAIAPgtFCl5HVMRuwgdBAICEQGWAFEAKQAUAAkABAAB",
  "AAEAAQABABIACADGKREm6ByIElIKRgWuAnEB1AB7AEYAJgAUAAkABAACAAEAAQABABQACAD0JSYj/BtRE8ULjQaEA+8BIAGvAGsA",
  "QAAlABQACwAFAAMAAQABAAEAAQAWAAgAeiJcIMwasBP7DNkHgASQAoMB7wCZAGIAPgAmABYADAAHAAMAAgABAAEAAQABABgACABQ",
  "H7cdbRmwE+UNDwmSBVYDAwJCAdIAjABdAD4AKAAZAA8ACQAFAAMAAQABAAEAAQABABoACABuHDsb8RdeE30OGgqnBjgEpQKvARsB",
  "wACFAFwAPwArABwAEgALAAcABAACAAEAAQABAAEAAQAcAAgA0BnpGGYWzBLEDuoKpwcnBWMDOAJ6AQIBtQCBAF0AQwAvACEAFgAP",
  "AAoABgAEAAIAAQABAAEAAQABAB8ACABwF8EW2BQIEsMOeAuBCBAGMgTcAvMBWQH0ALAAggBgAEcANAAmABsAEwANAAkABgAEAAIA",
  "AQABAAEAAQABAAEAIgAIAEYVwxRQEyIRhA7FCykJ4AYCBZIDhQLIAUUB7QCvAIQAZQBNADoALAAhABgAEQAMAAkABgAEAAMAAgAB",
  "AAEAAQABAAEAAQAlAAgAThPtEtQRJxAVDtULmQmKB8IFTAQoA00CrQE8AesAsgCJAGsAUwBBADMAJwAeABcAEQANAAkABwAFAAMA",
  "AgACAAEAAQABAAEAAQABACkACACGET0RaRAgD4ENsAvSCQcIZQb7BNAD4QIpAp8BOQHvALkAkQByAFsASQA6AC4AJQAdABcAEQAN",
  "AAoACAAGAAQAAwACAAEAAQABAAEAAQABAAEAAQAsAAgA6A+wDxEPFg7UDGIL2glUCOIGkwVvBHoDsgIUApoBPQH2AMIAmgB8AGQA",
  "UgBDADYALAAkAB0AFwASAA4ACwAJAAcABQAEAAMAAgABAAEAAQABAAEAAQABAAEAMQAIAG4ORQ7ODQ8NFgzzCrcJcwg1BwkG+QQK",
  "BD4DlAIKApwBRQECAc4ApgCHAG8AXABMAD8ANQAsACQAHgAZABQAEAANAAoACAAHAAUABAADAAIAAgABAAEAAQABAAEAAQABAAEA",
  "AQA1AAgAGA36DKAMDwxRC24KcglqCF8HWwZnBYgEwQMUA4ECBwKjAVIBEQHeALUAlQB8AGcAVwBJAD4ANAAsACUAIAAaABYAEgAP",
  "AAwACgAIAAcABQAEAAMAAwACAAIAAQABAAEAAQABAAEAAQABAAEAOwAIAOILywuICxoLiQrZCRMJPwhjB4gGswXrBDIEiwP3AncC",
  "CgKuAWEBIwHwAMcApQCLAHUAYwBUAEgAPgA1AC4AJwAiAB0AGQAVABIADwAMAAoACQAHAAYABQAEAAMAAgACAAIAAQABAAEAAQAB",
  "AAEAAQABAAEAAQABAEAACADICrcKhQoyCsQJPQmiCPkHSAeTBt4FMAWKBO8DYgPjAnICEAK8AXQBNwEFAdsAuQCcAIUAcgBiAFQA",
  "SQA/ADcAMAAqACQAIAAcABgAFQASAA8ADQALAAkACAAHAAYABQAEAAMAAwACAAIAAQABAAEAAQABAAEAAQABAAEAAQABAAEARwAI",
  "AMoJvAmWCVgJBAmdCCUIoQcTB4AG6wVWBcYEPAS6A0ID1AJxAhkCzAGIAU4BHQHyAM8AsQCYAIMAcQBiAFYASwBCADoAMwAtACgA",
  "IwAfABsAGAAVABIAEAAOAAwACwAJAAgABwAGAAUABAADAAMAAgACAAIAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAE4ACADi",
  "CNcIuwiMCE0I/geiBzsHywZVBtwFYQXnBG8E/AOPAygDyQJyAiMC3AGeAWYBNgEMAecAyACtAJcAgwBzAGUAWQBOAEUAPgA3ADEA",
  "LAAnACMAHwAcABkAFgAUABEADwANAAwACgAJAAgABwAGAAUABQAEAAMAAwACAAIAAgABAAEAAQABAAEAAQABAAEAAQABAAEAAQAB",
  "AAEAAQABAFUACAAOCAcI8gfPB58HYwcdB80GdgYZBrcFUwXuBIkEJgTGA2kDEgPAAnMCLQLtAbMBfgFQASYBAgHiAMYArgCYAIYA",
  "dwBpAF0AUwBKAEIAOwA1ADAAKwAnACMAIAAdABoAFwAVABMAEQAPAA4ADAALAAoACAAIAAcABgAFAAQABAADAAMAAwACAAIAAgAB",
  "AAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAXgAIAFAHSgc6ByAH/AbOBpkGXAYYBs8FggUxBd8EjAQ4BOYDlgNIA/4C",
  "twJ0AjYC/AHGAZYBaQFBAR0B/QDgAMcAsACdAIsAfABvAGMAWQBQAEgAQQA7ADUAMAAsACgAJAAhAB4AHAAZABcAFQATABEAEAAO",
  "AA0ACwAKAAkACAAHAAcABgAFAAUABAAEAAMAAwADAAIAAgACAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEA",
  "AQBmAAgAsAarBp8GiwZvBkwGIwbzBb4FhAVGBQUFwgR9BDcE8QOsA2gDJgPmAqkCbwI3AgMC0wGmAX0BVgE0ARQB+ADeAMcAsgCg",
  "AI8AgQB0AGgAXgBVAE0ARgBAADoANQAwACwAKQAlACIAHwAdABoAGAAWABQAEwARABAADgANAAwACwAKAAkACAAHAAcABgAFAAUA",
  "BAAEAAQAAwADAAIAAgACAAIAAgABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQBwAAgAHgYaBhEGAQbs",
  "BdEFsQWLBWIFNAUDBc8EmQRgBCcE7QOzA3gDPwMHA9ACmwJoAjgCCQLeAbUBjgFqAUkBKwEPAfUA3gDJALUApACUAIYAegBvAGQA",
  "WwBTAEwARQBAADoANQAxAC0AKgAnACQAIQAeABwAGgAYABYAFQATABIAEAAPAA4ADQAMAAsACgAJAAgACAAHAAYABgAFAAUABAAE",
  "AAMAAwADAAMAAgACAAIAAgABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAHoACACYBZUF",
  "jgWCBXEFXQVEBScFBgXjBLwEkgRnBDoECwTbA6oDegNJAxkD6QK6Ao0CYAI2Ag0C5gHBAZ4BfQFeAUEBJgENAfUA4ADMALsAqgCb",
  "AI4AgQB2AGwAYwBaAFMATABGAEAAOwA3ADMALwAsACgAJQAjACAAHgAcABoAGAAXABUAFAASABEAEAAPAA4ADQAMAAsACgAJAAkA",
  "CAAHAAcABgAGAAUABQAEAAQABAADAAMAAwACAAIAAgACAAIAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQAB",
  "AAEAAQABAAEAAQABAAEAAQCFAAgAHAUbBRYFDAUABfAE3QTGBK0EkQRzBFIELwQLBOUDvwOXA24DRgMdA/QCzAKkAn0CVwIyAg4C",
  "6wHKAaoBjAFwAVQBOwEjAQwB9wDkANIAwQCxAKMAlgCKAH8AdQBrAGMAWwBUAE4ASABDAD4AOQA1ADEALgArACgAJQAjACEAHwAd",
  "ABsAGQAXABYAFQATABIAEQAQAA8ADgANAAwACwALAAoACQAIAAgABwAHAAYABgAFAAUABQAEAAQABAADAAMAAwADAAIAAgACAAIA",
  "AgABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAJEACACuBKwEpwSg",
  "BJcEiwR8BGoEVwRBBCkEEAT0A9cDuQOaA3oDWQM3AxUD8wLRAq8CjQJsAkwCKwIMAu4B0AG0AZkBfwFmAU4BNwEiAQ0B+gDoANgA",
  "yAC5AKwAnwCTAIgAfgB1AGwAZABdAFYAUABLAEUAQQA8ADgANQAxAC4AKwAoACYAJAAhAB8AHQAcABoAGQAXABYAFQATABIAEQAQ",
  "AA8ADgANAA0ADAALAAsACgAJAAkACAAIAAcABwAGAAYABQAFAAUABAAEAAQABAADAAMAAwADAAIAAgACAAIAAgACAAEAAQABAAEA",
  "AQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAnwAIAEYERQRCBD0ENgQs",
  "BCEEEwQEBPMD4QPNA7cDoQOJA3ADVgM7AyADBAPoAssCrwKSAnYCWgI+AiICBwLtAdMBugGiAYoBcwFeAUkBNQEiAQ8B/gDuAN4A",
  "zwDCALUAqQCdAJIAiAB/AHcAbwBnAGAAWgBUAE4ASQBEAEAAPAA4ADUAMQAvACwAKQAnACUAIgAhAB8AHQAbABoAGQAXABYAFQAU",
  "ABMAEgARABAADwAOAA0ADQAMAAsACwAKAAoACQAIAAgABwAHAAcABgAGAAUABQAFAAUABAAEAAQAAwADAAMAAwADAAIAAgACAAIA",
  "AgACAAIAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQAB",
  "AAEAAQABAAEArQAIAOoD6APmA+ID3APVA8wDwgO2A6kDmgOLA3oDaANVA0IDLQMYAwID6wLUAr0CpQKNAnYCXgJGAi4CFwIAAukB",
  "0gG8AacBkgF+AWoBVwFFATMBIgERAQIB8wDlANcAygC+ALIApwCdAJMAigCCAHkAcgBrAGQAXgBYAFMATgBJAEUAQQA9ADkANgAz",
  "ADAALQArACgAJgAkACIAIAAfAB0AHAAaABkAGAAXABUAFAATABIAEgARABAADwAOAA4ADQAMAAwACwALAAoACQAJAAkACAAIAAcA",
  "BwAGAAYABgAFAAUABQAFAAQABAAEAAQAAwADAAMAAwADAAIAAgACAAIAAgACAAIAAgABAAEAAQABAAEAAQABAAEAAQABAAEAAQAB",
  "AAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAL0ACACUA5MDkQOOA4kD",
  "hAN9A3UDbANiA1cDSwM+AzADIQMRAwED8ALfAswCugKnApQCgAJsAlkCRQIxAh0CCQL1AeIBzgG7AakBlgGEAXMBYgFRAUEBMQEi",
  "ARQBBQH4AOsA3gDSAMcAvACyAKgAngCVAI0AhQB9AHYAbwBpAGMAXQBYAFMATgBKAEYAQgA+ADsAOAA1ADIALwAtACsAKAAmACQA",
  "IwAhAB8AHgAcABsAGgAZABcAFgAVABQAEwATABIAEQAQAA8ADwAOAA4ADQAMAAwACwALAAoACgAJAAkACAAIAAgABwAHAAcABgAG",
  "AAYABQAFAAUABQAEAAQABAAEAAQAAwADAAMAAwADAAIAAgACAAIAAgACAAIAAgACAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEA",
  "AQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAM8ACABG",
  "A0UDQwNBAz0DOQM0Ay4DJwMfAxcDDQMDA/gC7QLgAtMCxgK4AqoCmwKMAnwCbAJcAkwCOwIrAhoCCQL5AegB2AHHAbcBpwGXAYcB",
  "eAFpAVoBSwE9AS8BIgEVAQgB/ADwAOUA2gDPAMUAuwCyAKkAoQCYAJAAiQCCAHsAdQBvAGkAYwBeAFkAVABQAEwASABEAEEAPQA6",
  "ADcANQAyADAALQArACkAJwAlACQAIgAgAB8AHgAcABsAGgAZABgAFwAWABUAFAATABIAEQARABAADwAPAA4ADgANAAwADAALAAsA",
  "CwAKAAoACQAJAAgACAAIAAcABwAHAAcABgAGAAYABQAFAAUABQAEAAQABAAEAAQAAwADAAMAAwADAAMAAwACAAIAAgACAAIAAgAC",
  "AAIAAgABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEA",
  "AQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAOIACAD+Av0C/AL6AvgC9ALwAuwC5gLgAtoC0gLLAsICuQKw",
  "AqYCmwKQAoUCeQJtAmACUwJGAjkCLAIeAhACAwL1AecB2QHLAb0BrwGhAZQBhgF5AWwBXwFSAUUBOQEtASEBFgEKAQAB9QDrAOEA",
  "1wDNAMQAvACzAKsAowCcAJQAjQCHAIAAegB0AG8AagBlAGAAWwBXAFMATwBLAEcARABBAD4AOwA4ADUAMwAxAC4ALAAqACgAJwAl",
  "ACMAIgAgAB8AHgAcABsAGgAZABgAFwAWABUAFQAUABMAEgASABEAEAAQAA8ADgAOAA0ADQAMAAwACwALAAsACgAKAAkACQAJAAgA",
  "CAAIAAcABwAHAAcABgAGAAYABgAFAAUABQAFAAQABAAEAAQABAAEAAMAAwADAAMAAwADAAMAAgACAAIAAgACAAIAAgACAAIAAgAB",
  "AAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEA",
  "AQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEA9wAIALwCvAK7ArkCuAK1ArICrgKqAqYCoQKb",
  "ApUCjgKHAoACeAJwAmcCXgJVAksCQQI3Ai0CIgIXAgwCAQL2AeoB3wHTAcgBvAGwAaUBmQGNAYIBdgFrAWABVQFKAT8BNAEqAR8B",
  "FQELAQIB+ADvAOYA3QDVAMwAxAC8ALUArQCmAJ8AmQCSAIwAhgCAAHsAdQBwAGsAZwBiAF4AWgBWAFIATgBLAEgARABBAD8APAA5",
  "ADcANAAyADAALgAsACoAKQAnACUAJAAiACEAIAAeAB0AHAAbABoAGQAYABcAFgAWABUAFAATABMAEgARABEAEAAQAA8ADgAOAA0A",
  "DQANAAwADAALAAsACwAKAAoACQAJAAkACAAIAAgACAAHAAcABwAHAAYABgAGAAYABQAFAAUABQAFAAQABAAEAAQABAAEAAQAAwAD",
  "AAMAAwADAAMAAwADAAIAAgACAAIAAgACAAIAAgACAAIAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEA",
  "AQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQAB",
  "AAEAAQABAAEAAQABAAEAAQABAAEAAQD/AAgAgAKAAn8CfgJ9AnsCeQJ2AnMCbwJrAmcCYgJdAlgCUgJMAkUCPwI4AjACKQIhAhkC",
  "EQIIAv8B9wHuAeQB2wHSAcgBvwG1AasBogGYAY4BhAF6AXEBZwFdAVQBSgFBATgBLwElAR0BFAELAQMB+gDyAOoA4gDaANMAywDE",
  "AL0AtgCwAKkAowCdAJcAkQCLAIYAgQB8AHcAcgBuAGkAZQBhAF0AWQBWAFIATwBMAEkARgBDAEAAPgA7ADkANwA0ADIAMAAvAC0A",
  "KwApACgAJgAlACMAIgAhACAAHgAdABwAGwAaABkAGQAYABcAFgAVABUAFAATABMAEgARABEAEAAQAA8ADwAOAA4ADQANAA0ADAAM",
  "AAsACwALAAoACgAKAAkACQAJAAkACAAIAAgABwAHAAcABwAHAAYABgAGAAYABgAFAAUABQAFAAUABAAEAAQABAAEAAQABAADAAMA",
  "AwADAAMAAwADAAMAAwACAAIAAgACAAIAAgACAAIAAgACAAIAAgABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQAB",
  "AAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEA",
  "AQABAAEAAQABAAEAAQD/AAsASQJJAkkCSAJHAkUCRAJCAj8CPAI5AjYCMgIvAioCJgIhAhwCFwIRAgwCBgIAAvkB8wHsAeUB3gHX",
  "AdAByAHBAbkBsQGpAaEBmQGRAYkBgQF5AXEBaAFgAVgBUAFIAUABOAEwASgBIAEZAREBCQECAfsA8wDsAOUA3gDYANEAygDEAL4A",
  "uACyAKwApgChAJsAlgCRAIwAhwCCAH4AeQB1AHEAbQBpAGUAYQBeAFoAVwBUAFEATgBLAEgARQBDAEAAPgA8ADkANwA1ADMAMQAw",
  "AC4ALAArACkAKAAmACUAJAAiACEAIAAfAB4AHQAcABsAGgAZABkAGAAXABYAFgAVABQAFAATABIAEgARABEAEAAQAA8ADwAOAA4A",
  "DgANAA0ADAAMAAwACwALAAsACgAKAAoACgAJAAkACQAIAAgACAAIAAgABwAHAAcABwAHAAYABgAGAAYABgAFAAUABQAFAAUABQAE",
  "AAQABAAEAAQABAAEAAQAAwADAAMAAwADAAMAAwADAAMAAwACAAIAAgACAAIAAgACAAIAAgACAAIAAgACAAIAAQABAAEAAQABAAEA",
  "AQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQABAAEAAQAB",
  "AAEAAQA="
].join("");

// src/entropy/tables.ts
var TABLES2 = 64;
var PRECISION = 16;
var MAX_SYMBOL = 32767;
var ENTROPY_TABLES = unpack(TABLES_BASE64);
function slotRange(s) {
  const { last } = ENTROPY_TABLES;
  const before = last[s - 1];
  return { start: before + 1 & 65535, frequency: last[s] - before & 65535 };
}
function escapeLength(magnitude, radius) {
  return 31 - Math.clz32(magnitude - radius);
}
function unpack(base64) {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const last = [];
  const centre = new Uint16Array(TABLES2);
  const radius = new Uint16Array(TABLES2);
  const buckets = new Uint16Array(TABLES2 * 256);
  let at = 0;
  for (let i = 0; i < TABLES2; i++) {
    const r = view.getUint16(at, true);
    const rare = view.getUint16(at + 2, true);
    const half = (k) => view.getUint16(at + 4 + 2 * Math.abs(k), true);
    radius[i] = r;
    last.push(65535);
    centre[i] = last.length + r;
    let end = 0;
    for (let k = -r; k <= r + 1; k++) {
      const start = end;
      end += k <= r ? half(k) : rare;
      for (let j = start + 255 >> 8; j << 8 < end; j++) buckets[i * 256 + j] = last.length;
      last.push(end - 1);
    }
    at += 4 + 2 * (r + 1);
  }
  return { last: Uint16Array.from(last), centre, radius, buckets };
}

// src/entropy/rans-decoder.ts
var STATES = 4;
var STATE_BYTES = 4 * STATES;
var STATE_START = 65536;
var ransCoder = {
  name: "rans-ts",
  decoder: (bytes) => new RansDecoder(bytes)
};
function readStates(bytes) {
  if (bytes.length < STATE_BYTES || bytes.length % 2 !== 0) {
    throw corrupt(`expected an even number of at least ${STATE_BYTES} bytes, got ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const states = Uint32Array.from({ length: STATES }, (_, i) => view.getUint32(4 * i, true));
  if (states.some((x) => x < STATE_START)) throw corrupt("a state lies below 2^16");
  return states;
}
function checkDecodeArguments(indexes, out) {
  if (indexes.length !== out.length) {
    throw new StrataError("INTERNAL", `out: expected ${indexes.length} symbols, got ${out.length}`);
  }
}
function checkEnd(states, unused) {
  if (unused !== 0) throw corrupt(`${unused} bytes are left over`);
  if (states.some((x) => x !== STATE_START)) throw corrupt("the final states are not those of the encoder");
}
function corrupt(what) {
  return new StrataError("ENTROPY_CORRUPT", `entropy-coded data: ${what}`);
}
var RansDecoder = class {
  #bytes;
  #states;
  #position = STATE_BYTES;
  #turn = 0;
  constructor(bytes) {
    this.#states = readStates(bytes);
    this.#bytes = bytes;
  }
  decode(indexes, out) {
    checkDecodeArguments(indexes, out);
    const { last, centre, radius, buckets } = ENTROPY_TABLES;
    const states = this.#states;
    for (let i = 0; i < indexes.length; i++) {
      const table = indexes[i];
      if (table === 0) {
        out[i] = 0;
        continue;
      }
      if (table >= TABLES2) throw new StrataError("INTERNAL", `table index: expected 0..63, got ${table}`);
      const turn = this.#turn;
      this.#turn = turn + 1 & STATES - 1;
      const x = states[turn];
      const slot = x & 65535;
      let s = buckets[table << 8 | slot >>> 8];
      while (slot > last[s]) s++;
      const before = last[s - 1];
      const frequency = last[s] - before & 65535;
      this.#renormalize(turn, Math.imul(frequency, x >>> 16) + (slot - before - 1 & 65535));
      const k = s - centre[table];
      const r = radius[table];
      out[i] = k <= r ? k : this.#escaped(turn, r);
    }
  }
  finish() {
    checkEnd(this.#states, this.#bytes.length - this.#position);
  }
  #escaped(turn, radius) {
    const length = this.#bits(turn, 4);
    const tail = this.#bits(turn, length + 1);
    const magnitude = radius + (1 << length | tail >>> 1);
    if (magnitude > MAX_SYMBOL) throw corrupt(`a symbol of magnitude ${magnitude}`);
    return (tail & 1) === 1 ? -magnitude : magnitude;
  }
  /** Reads `count` equally likely bits: the top bits of the slot. */
  #bits(turn, count) {
    const x = this.#states[turn];
    const shift = 16 - count;
    const slot = x & 65535;
    this.#renormalize(turn, (x >>> 16 << shift) + (slot & (1 << shift) - 1));
    return slot >>> shift;
  }
  #renormalize(turn, x) {
    if (x >>> 16 === 0) {
      const at = this.#position;
      if (at >= this.#bytes.length) throw corrupt("the data end too early");
      x = x << 16 | this.#bytes[at] | this.#bytes[at + 1] << 8;
      this.#position = at + 2;
    }
    this.#states[turn] = x;
  }
};

// src/entropy/rans-wasm.ts
var CHUNK = 1 << 14;
var INPUT_BYTES = 6 * CHUNK + 2;
var BAD_SYMBOL = 1;
var BAD_TABLE = 2;
var ESCAPE = -32768;
function createWasmRans(module) {
  const kernels = instantiateKernels(module);
  const packed = packTables();
  const memory = layOut2(kernels, packed.length);
  new Uint8Array(kernels.exports.memory.buffer).set(packed, memory.tables);
  return { name: "rans-wasm", decoder: (bytes) => new WasmRansDecoder(kernels, memory, bytes) };
}
function layOut2(kernels, tableBytes) {
  const sizes = [tableBytes, CHUNK, 2 * CHUNK, INPUT_BYTES, STATE_BYTES + 4];
  const [tables, indexes, out, input, state] = kernels.place(sizes);
  return { tables, indexes, out, input, state };
}
function packTables() {
  const { buckets, centre, radius, last } = ENTROPY_TABLES;
  const bytes = new Uint8Array(2 * (buckets.length + radius.length) + 4 * last.length);
  new Uint16Array(bytes.buffer).set([...buckets, ...radius]);
  const entries = new Uint32Array(bytes.buffer, 2 * (buckets.length + radius.length));
  for (let table = 0; table < TABLES2; table++) {
    const [c, r] = [centre[table], radius[table]];
    entries[c - r - 1] = last[c - r - 1];
    for (let k = -r; k <= r; k++) entries[c + k] = last[c + k] | k << 16;
    entries[c + r + 1] = last[c + r + 1] | ESCAPE << 16;
  }
  return bytes;
}
var WasmRansDecoder = class {
  #kernels;
  #memory;
  #bytes;
  /** The four states, rotated: the state of the next symbol comes first. */
  #states;
  #position = STATE_BYTES;
  constructor(kernels, memory, bytes) {
    this.#states = readStates(bytes);
    this.#kernels = kernels;
    this.#memory = memory;
    this.#bytes = bytes;
  }
  decode(indexes, out) {
    checkDecodeArguments(indexes, out);
    for (let from = 0; from < indexes.length; from += CHUNK) {
      this.#chunk(indexes.subarray(from, from + CHUNK), out.subarray(from, from + CHUNK));
    }
  }
  finish() {
    checkEnd(this.#states, this.#bytes.length - this.#position);
  }
  #chunk(indexes, out) {
    const { exports } = this.#kernels;
    const { tables, indexes: indexesAt, out: outAt, input, state } = this.#memory;
    const { buffer } = exports.memory;
    const bytes = new Uint8Array(buffer);
    const states = new Uint32Array(buffer, state, this.#states.length);
    const left = this.#bytes.subarray(this.#position);
    bytes.set(indexes, indexesAt);
    bytes.set(left.subarray(0, INPUT_BYTES), input);
    states.set(this.#states);
    const used = exports.ransDecode(tables, indexesAt, indexes.length, outAt, input, state) - input;
    const result = new Int32Array(buffer, state + STATE_BYTES, 1)[0];
    if (result === BAD_TABLE) throw new StrataError("INTERNAL", "table index: expected 0..63, got more");
    if (used > left.length) throw corrupt("the data end too early");
    if (result === BAD_SYMBOL) throw corrupt("a symbol of magnitude above 32767");
    out.set(new Int16Array(buffer, outAt, out.length));
    this.#states.set(states);
    this.#position += used;
  }
};

// src/codec/compass/shared/filters.ts
var SLOPE3 = 0.1;
function generateFilters(layers, blob, tokens, count) {
  let values = tokens;
  for (const [index, layer] of layers.entries()) {
    const weights = floats(blob, layer.weights, layer.inputs * layer.outputs);
    const bias = floats(blob, layer.bias, layer.outputs);
    const next = new Float64Array(count * layer.outputs);
    for (let row = 0; row < count; row++) {
      for (let o = 0; o < layer.outputs; o++) {
        let sum2 = bias[o];
        for (let i = 0; i < layer.inputs; i++) {
          sum2 += weights[o * layer.inputs + i] * values[row * layer.inputs + i];
        }
        next[row * layer.outputs + o] = index < layers.length - 1 && sum2 < 0 ? sum2 * SLOPE3 : sum2;
      }
    }
    values = next;
  }
  return values;
}
function floats(blob, offset, count) {
  if (!(offset >= 0 && offset + 4 * count <= blob.length)) {
    throw new StrataError("MODEL_INVALID", `filters: ${count} numbers at ${offset} of ${blob.length} bytes`);
  }
  return new Float32Array(Uint8Array.from(blob.subarray(offset, offset + 4 * count)).buffer);
}
function exactLog2(value) {
  let [mantissa, result] = [value, 0];
  for (; mantissa >= 2; mantissa /= 2) result += 1;
  for (; mantissa < 1; mantissa *= 2) result -= 1;
  for (let digit = 0.5; digit > 2 ** -30; digit /= 2) {
    mantissa *= mantissa;
    if (mantissa >= 2) {
      mantissa /= 2;
      result += digit;
    }
  }
  return result;
}
function exactExp(value) {
  const x = value / 128;
  let [term, sum2] = [1, 1];
  for (let n2 = 1; n2 <= 16; n2++) {
    term *= x / n2;
    sum2 += term;
  }
  for (let i = 0; i < 7; i++) sum2 *= sum2;
  return sum2;
}

// src/codec/compass/shared/samples.ts
var SAMPLE_SCALE = 64;
var MEAN_STEPS = 16;

// src/codec/compass/shared/tables.ts
var QUALITY_MIN = 1;
var QUALITY_MAX = 100;
async function loadDecoderTable(runtime) {
  const table = await runtime.table("decoder");
  if (!table?.base?.sideIndexes || !table.enhancement?.sideIndexes || !table.passes || !table.filters) {
    throw new StrataError(
      "MODEL_INVALID",
      "decoder.json: expected the tables of a base and an enhancement layer"
    );
  }
  return table;
}
async function loadEncoderTable(runtime) {
  const table = await runtime.table("encoder");
  if (!table?.base?.logGain || !table.enhancement?.logGain || !table.lambdas || !table.perceptual?.base) {
    throw new StrataError(
      "MODEL_INVALID",
      "encoder.json: expected the tables of a base and an enhancement layer"
    );
  }
  return table;
}
function atQuality(rows, quality) {
  const position = (quality - QUALITY_MIN) / (QUALITY_MAX - QUALITY_MIN) * (rows.length - 1);
  const lower2 = Math.min(Math.floor(position), rows.length - 2);
  const [a, b] = [rows[lower2] ?? [], rows[lower2 + 1] ?? []];
  return Float64Array.from(a, (value, i) => value + ((b[i] ?? value) - value) * (position - lower2));
}
function qualityCode(quality) {
  const range = QUALITY_MAX - QUALITY_MIN;
  return Math.floor((2 * 255 * (quality - QUALITY_MIN) + range) / (2 * range));
}
function scaleCode(thresholds, pixels, pixelsBelow) {
  let code = 0;
  while (code < thresholds.length && pixels >= pixelsBelow * (thresholds[code] ?? Number.POSITIVE_INFINITY))
    code++;
  return code;
}

// src/codec/compass/shared/dequantize.ts
function inverseGains(table, layer, quality) {
  const steps = table.latentSteps / MEAN_STEPS;
  return atQuality(layer.logInverseGain, quality).map((value) => exactExp(value) * steps);
}
function dequantize(values, from, count, gains, limit, out, to) {
  const channels = gains.length;
  for (let i = 0; i < count; i += channels) {
    for (let c = 0; c < channels; c++) {
      const value = values[from + i + c] * gains[c];
      out[to + i + c] = Math.floor(Math.min(Math.max(value, -limit), limit) + 0.5);
    }
  }
}

// src/core/release.ts
var nowhere;
function release(...arrays) {
  for (const array of arrays) {
    const buffer = array?.buffer;
    if (!(buffer instanceof ArrayBuffer) || array?.byteLength !== buffer.byteLength) continue;
    const { transfer } = buffer;
    if (transfer) transfer.call(buffer, 0);
    else discard(buffer);
  }
}
function discard(buffer) {
  nowhere ??= closedPort();
  nowhere?.postMessage(void 0, [buffer]);
}
function closedPort() {
  const { MessageChannel } = globalThis;
  if (!MessageChannel) return void 0;
  const { port1, port2 } = new MessageChannel();
  port2.close();
  port1.close();
  return port1;
}

// src/codec/compass/shared/row-window.ts
function rowPitch(width) {
  return 3 * (width + (width & 1));
}
var RowWindow = class {
  width;
  /** Distance of two rows, in values. */
  pitch;
  #samples = new Int16Array();
  #base = 0;
  #from = 0;
  #to = 0;
  constructor(width) {
    this.width = width;
    this.pitch = rowPitch(width);
  }
  get from() {
    return this.#from;
  }
  get to() {
    return this.#to;
  }
  /** The samples of all rows; index them with `offset`. Valid until the next `extend`. */
  get samples() {
    return this.#samples;
  }
  /** Index of a row's first sample. @throws StrataError INTERNAL when the row is not in the window */
  offset(row) {
    if (row < this.#from || row >= this.#to) {
      throw new StrataError(
        "INTERNAL",
        `row: expected one of the window's [${this.#from}, ${this.#to}), got ${row}`
      );
    }
    return (row - this.#base) * this.pitch;
  }
  /** The samples of rows [top, bottom), at least one row. Valid until the next `extend`. */
  slice(top, bottom) {
    return this.#samples.subarray(this.offset(top), this.offset(bottom - 1) + this.pitch);
  }
  /** Appends rows with undefined samples, which the caller writes through `samples` or `slice`. */
  extend(rows) {
    this.#makeRoom(rows);
    this.#to += rows;
  }
  /** Drops the rows before `row`. */
  discard(row) {
    this.#from = Math.min(Math.max(this.#from, row), this.#to);
  }
  /** Frees the memory. */
  close() {
    release(this.#samples);
    this.#samples = new Int16Array();
    this.#from = this.#base = this.#to;
  }
  #makeRoom(rows) {
    const { pitch } = this;
    const needed = (this.#to - this.#base + rows) * pitch;
    if (needed <= this.#samples.length) return;
    const start = (this.#from - this.#base) * pitch;
    const end = (this.#to - this.#base) * pitch;
    const missing = end - start + rows * pitch;
    if (missing <= this.#samples.length) {
      this.#samples.copyWithin(0, start, end);
    } else {
      const samples = new Int16Array(missing);
      samples.set(this.#samples.subarray(start, end));
      release(this.#samples);
      this.#samples = samples;
    }
    this.#base = this.#from;
  }
};

// src/codec/compass/kernels/pass-store.ts
var CONTEXT_LIMIT = 255;
var VALUE_LIMIT = 32767;
var OUTSIDE = -1;
function emptyLatents(rows) {
  return { rows, values: new Int16Array(), scaleIndexes: new Uint8Array(), isEmpty: true };
}
var referencePassStore = ({ values, scaleIndexes }) => {
  const gather = (runs, channels, seen) => {
    const out = new Int16Array(runs.length * channels);
    eachRun(runs, channels, (inner, outer) => {
      for (let c = 0; c < channels; c++) out[inner + c] = seen(values[outer + c]);
    });
    return out;
  };
  return {
    magnitudes: (runs, channels) => gather(runs, channels, seenMagnitude),
    halves: (runs, channels) => gather(runs, channels, (value) => clamp2(value + MEAN_STEPS / 4 >> 3, CONTEXT_LIMIT)),
    tables(runs, channels, wide) {
      const out = new Uint8Array(runs.length * channels);
      eachRun(runs, channels, (inner) => {
        for (let c = 0; c < channels; c++) out[inner + c] = wide[inner + c];
      });
      return out;
    },
    store(runs, channels, means, tables, symbols) {
      eachRun(runs, channels, (inner, outer) => {
        for (let c = 0; c < channels; c++) {
          const value = MEAN_STEPS * symbols[inner + c] + means[inner + c];
          values[outer + c] = clamp2(value, VALUE_LIMIT);
          scaleIndexes[outer + c] = tables[inner + c];
        }
      });
    },
    close() {
    }
  };
};
function eachRun(runs, channels, visit) {
  for (let run3 = 0; run3 < runs.length; run3++) {
    const outer = runs[run3];
    if (outer !== OUTSIDE) visit(run3 * channels, outer);
  }
}
function seenMagnitude(value) {
  return Math.min(Math.abs(value), CONTEXT_LIMIT);
}
function clamp2(value, limit) {
  return Math.min(Math.max(value, -limit), limit);
}

// src/codec/compass/kernels/cell-kernel.ts
var referenceCells = {
  context(rows, columns, channels, out, pitch) {
    for (const [index, row] of rows.entries()) {
      if (!row) continue;
      for (let x = 0, to = index * pitch; x < columns.length; x++, to += 2 * channels) {
        const from = columns[x] * channels;
        for (let c = 0; c < channels; c++) {
          out[to + c] = seenMagnitude(row.values[from + c]);
          out[to + channels + c] = row.scaleIndexes[from + c];
        }
      }
    }
  },
  dequantize(rows, run3, gains, limit) {
    const out = new Int16Array(rows.length * run3);
    for (const [index, row] of rows.entries()) {
      if (row) dequantize(row, 0, run3, gains, limit, out, index * run3);
    }
    return out;
  },
  bytes(samples, width) {
    const pitch = rowPitch(width);
    const rows = samples.length / pitch;
    const out = new Uint8Array(3 * width * rows);
    for (let row = 0, to = 0; row < rows; row++) {
      for (let i = 0; i < 3 * width; i++) {
        out[to++] = samples[row * pitch + i] + SAMPLE_SCALE / 2 >> 6;
      }
    }
    return out;
  },
  bound(samples, high, out) {
    for (let i = 0; i < out.length; i++) out[i] = Math.min(Math.max(samples[i], 0), high);
  }
};

// src/codec/compass/kernels/cell-kernel-wasm.ts
var VECTOR2 = 8;
var OVERRUN = 32;
function createWasmCells(module) {
  const { exports, place } = instantiateKernels(module);
  const { memory } = exports;
  return {
    context(rows, columns, channels, out, pitch) {
      checkChannels(channels);
      const length = 2 * channels * columns.length;
      const longest = Math.max(0, ...rows.map((row) => row?.values.length ?? 0));
      const sizes = [4 * columns.length, 2 * longest, longest, 2 * length];
      const [columnsAt, values, scaleIndexes, outAt] = place(sizes);
      const context = new Int16Array(memory.buffer, outAt, length);
      new Int32Array(memory.buffer, columnsAt, columns.length).set(columns);
      for (const [index, row] of rows.entries()) {
        if (!row) continue;
        new Int16Array(memory.buffer, values, longest).set(row.values);
        new Uint8Array(memory.buffer, scaleIndexes, longest).set(row.scaleIndexes);
        exports.cellContext(columnsAt, columns.length, channels, values, scaleIndexes, outAt);
        out.set(context, index * pitch);
      }
    },
    dequantize(rows, run3, gains, limit) {
      checkChannels(gains.length);
      const out = new Int16Array(rows.length * run3);
      const [gainsAt, from, to] = place([8 * gains.length, 2 * run3, 2 * run3]);
      new Float64Array(memory.buffer, gainsAt, gains.length).set(gains);
      const [given2, found] = [from, to].map((at) => new Int16Array(memory.buffer, at, run3));
      for (const [index, row] of rows.entries()) {
        if (!row) continue;
        checkLength("row", row, run3);
        given2.set(row);
        exports.cellDequantize(from, run3 / gains.length, gains.length, gainsAt, limit, to);
        out.set(found, index * run3);
      }
      return out;
    },
    bytes(samples, width) {
      const pitch = rowPitch(width);
      const rows = samples.length / pitch;
      const out = new Uint8Array(3 * width * rows);
      const [from, to] = place([2 * samples.length + OVERRUN, out.length + OVERRUN]);
      new Int16Array(memory.buffer, from, samples.length).set(samples);
      for (let row = 0; row < rows; row++)
        exports.cellBytes(from + 2 * row * pitch, 3 * width, to + 3 * row * width);
      out.set(new Uint8Array(memory.buffer, to, out.length));
      return out;
    },
    bound(samples, high, out) {
      checkLength("out", out, samples.length);
      const [at] = place([2 * samples.length + OVERRUN]);
      const view = new Int16Array(memory.buffer, at, samples.length);
      view.set(samples);
      exports.cellBound(at, samples.length, high);
      out.set(view);
    }
  };
}
function checkChannels(channels) {
  if (channels % VECTOR2 !== 0) {
    throw new StrataError("INTERNAL", `channels: expected a multiple of ${VECTOR2}, got ${channels}`);
  }
}

// src/codec/compass/shared/axis.ts
var EXACT_NUMERATOR = 6;
var PHASE_STEPS = 16;
var CUBIC_A = -0.6;
var CUBIC_BITS = 14;
function makeAxis(source, target) {
  const divisor = gcd(source, target);
  const numerator = target / divisor;
  const denominator = source / divisor;
  const nearest2 = new Int32Array(target);
  const phase = new Uint8Array(target);
  const offsets = [];
  if (numerator <= EXACT_NUMERATOR) {
    for (let p = 0; p < numerator; p++) {
      const twice = (2 * p + 1) * denominator;
      offsets.push(twice / (2 * numerator) - 0.5 - Math.floor(twice / (2 * numerator)));
    }
    for (let i = 0; i < target; i++) {
      nearest2[i] = Math.floor((2 * i + 1) * source / (2 * target));
      phase[i] = i % numerator;
    }
  } else {
    const half = PHASE_STEPS / 2;
    for (let p = 0; p < PHASE_STEPS; p++) offsets.push((p - half) / PHASE_STEPS);
    for (let i = 0; i < target; i++) {
      const step = Math.floor((PHASE_STEPS * ((2 * i + 1) * source - target) + target) / (2 * target)) + half;
      nearest2[i] = Math.min(Math.max(Math.floor(step / PHASE_STEPS), 0), source - 1);
      phase[i] = (step % PHASE_STEPS + PHASE_STEPS) % PHASE_STEPS;
    }
  }
  const { start, weights } = cubicTaps(offsets);
  return { source, target, nearest: nearest2, phase, offsets, cubicStart: start, cubicWeights: weights };
}
function cubicTaps(offsets) {
  const start = new Int8Array(offsets.length);
  const weights = new Int16Array(4 * offsets.length);
  offsets.forEach((offset, p) => {
    const first = Math.floor(offset) - 1;
    start[p] = first;
    let sum2 = 0;
    for (let tap = 0; tap < 4; tap++) {
      const weight = Math.round(cubic(Math.abs(offset - first - tap)) * 2 ** CUBIC_BITS);
      weights[4 * p + tap] = weight;
      sum2 += weight;
    }
    const heaviest = 4 * p + (offset - first - 1 < 0.5 ? 1 : 2);
    weights[heaviest] = (weights[heaviest] ?? 0) + 2 ** CUBIC_BITS - sum2;
  });
  return { start, weights };
}
function cubic(d) {
  if (d < 1) return ((CUBIC_A + 2) * d - (CUBIC_A + 3)) * d * d + 1;
  return d < 2 ? ((CUBIC_A * d - 5 * CUBIC_A) * d + 8 * CUBIC_A) * d - 4 * CUBIC_A : 0;
}
function gcd(a, b) {
  return b === 0 ? a : gcd(b, a % b);
}

// src/codec/compass/kernels/liff.ts
var FEATURES = 8;
var TAPS = 9 * FEATURES;
var FEATURE_SCALE = 512;
var FILTER_BITS = 8;
var FILTER_SCALE = 255 * SAMPLE_SCALE / FEATURE_SCALE * 2 ** FILTER_BITS;
var FILTER_LIMIT = 8191;
var SAMPLE_LIMIT = 32767;
function filterTokens(rows, columns) {
  const [scaleY, scaleX] = [exactLog2(rows.target / rows.source), exactLog2(columns.target / columns.source)];
  return Float64Array.from(
    rows.offsets.flatMap((ry) => columns.offsets.flatMap((rx) => [ry, rx, scaleY, scaleX, ry * ry, rx * rx]))
  );
}
function quantizeFilters(filters) {
  const bank = new Int16Array(filters.length);
  for (let start = 0; start < filters.length; start += TAPS) {
    for (let feature = 0; feature < FEATURES; feature++) {
      for (let tap = 0; tap < 9; tap++) {
        const value = (filters[start + feature * 9 + tap] ?? 0) * FILTER_SCALE;
        bank[start + tap * FEATURES + feature] = clamp3(Math.floor(value + 0.5), FILTER_LIMIT);
      }
    }
  }
  return bank;
}
function withMargins(view, rowStride, offset, rows, width) {
  const pitch = (width + 2) * FEATURES;
  const out = new Int16Array(rows * pitch);
  for (let row = 0; row < rows; row++) {
    const from = offset + row * rowStride;
    const to = row * pitch;
    out.set(view.subarray(from, from + width * FEATURES), to + FEATURES);
    out.copyWithin(to, to + FEATURES, to + 2 * FEATURES);
    out.copyWithin(to + pitch - FEATURES, to + pitch - 2 * FEATURES, to + pitch - FEATURES);
  }
  return out;
}
var liffReference = (source, bank, rows, columns, top, bottom, out) => {
  const width = columns.target;
  const pitch = rowPitch(width);
  const line = new Int16Array(3 * columns.source);
  for (let row = top; row < bottom; row++) {
    const filters = (rows.phase[row] ?? 0) * columns.offsets.length * 3 * TAPS;
    const near = rows.nearest[row] ?? 0;
    const stride = (columns.source + 2) * FEATURES;
    const lines = [-1, 0, 1].map((d) => rowOf(source, near + d, rows.source) * stride);
    const [above = 0, middle = 0, below = 0] = lines;
    cubicRow(source, rows, row, columns.source, line);
    const target = (row - top) * pitch;
    for (let x = 0; x < width; x++) {
      const phase = columns.phase[x] ?? 0;
      const nearX = columns.nearest[x] ?? 0;
      const at = nearX * FEATURES;
      for (let channel = 0; channel < 3; channel++) {
        const filter = filters + (phase * 3 + channel) * TAPS;
        const sum2 = dot2(source.features, above + at, bank, filter) + dot2(source.features, middle + at, bank, filter + 3 * FEATURES) + dot2(source.features, below + at, bank, filter + 6 * FEATURES);
        const smooth = cubicAt(line, columns, nearX, phase, channel);
        const residual = sum2 + (1 << FILTER_BITS - 1) >> FILTER_BITS;
        out[target + 3 * x + channel] = clamp3(smooth + residual, SAMPLE_LIMIT);
      }
    }
    if (width & 1) out.copyWithin(target + 3 * width, target + 3 * (width - 1), target + 3 * width);
  }
};
function dot2(a, i, b, j) {
  let sum2 = 0;
  for (let k = 0; k < 3 * FEATURES; k++) sum2 += a[i + k] * b[j + k];
  return sum2;
}
function cubicRow(source, rows, row, width, out) {
  const phase = rows.phase[row] ?? 0;
  const first = (rows.nearest[row] ?? 0) + (rows.cubicStart[phase] ?? 0);
  const weight = rows.cubicWeights.subarray(4 * phase, 4 * phase + 4);
  const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = weight;
  const at = (tap) => rowOf(source, first + tap, rows.source) * rowPitch(width);
  const [r0, r1, r2, r3] = [at(0), at(1), at(2), at(3)];
  const picture = source.picture;
  for (let i = 0; i < 3 * width; i++) {
    const sum2 = w0 * picture[r0 + i] + w1 * picture[r1 + i] + w2 * picture[r2 + i] + w3 * picture[r3 + i];
    out[i] = sum2 + (1 << CUBIC_BITS - 1) >> CUBIC_BITS;
  }
}
function cubicAt(line, columns, near, phase, channel) {
  const first = near + (columns.cubicStart[phase] ?? 0);
  const last = columns.source - 1;
  let sum2 = 1 << CUBIC_BITS - 1;
  for (let tap = 0; tap < 4; tap++) {
    const x = Math.min(Math.max(first + tap, 0), last);
    sum2 += line[3 * x + channel] * columns.cubicWeights[4 * phase + tap];
  }
  return sum2 >> CUBIC_BITS;
}
function rowOf(source, row, height) {
  return Math.min(Math.max(row, 0), height - 1) - source.top;
}
function clamp3(value, limit) {
  return value > limit ? limit : value < -limit ? -limit : value;
}

// src/codec/compass/kernels/liff-wasm.ts
var PHASE_BYTES = 16;
var PIXEL_BYTES = 6;
var FEATURE_BYTES = 2 * FEATURES;
var LINE_MARGIN = 4;
var OVERRUN2 = 16;
function createWasmLiff(module) {
  const kernels = instantiateKernels(module);
  return (source, bank, rows, columns, top, bottom, out) => {
    run2(kernels, source, bank, rows, columns, top, bottom, out);
  };
}
function run2(kernels, ...[source, bank, rows, columns, top, bottom, out]) {
  const { exports } = kernels;
  const { source: width, target, offsets } = columns;
  const [sourcePitch, pitch] = [rowPitch(width), rowPitch(target)];
  checkLength("picture", source.picture, source.rows * sourcePitch);
  checkLength("features", source.features, source.rows * (width + 2) * FEATURES);
  checkLength("bank", bank, rows.offsets.length * offsets.length * 3 * TAPS);
  checkLength("out", out, (bottom - top) * pitch);
  const sizes = [
    ...[2 * source.picture.length + OVERRUN2, 2 * source.features.length],
    ...[2 * bank.length, 4 * target, PHASE_BYTES * offsets.length],
    ...[8 * rows.offsets.length, PIXEL_BYTES * (width + LINE_MARGIN) + OVERRUN2, 2 * out.length + OVERRUN2]
  ];
  const [picture, features, bankAt, columnsAt, phases, weights, line, outAt] = kernels.place(sizes);
  const { buffer } = exports.memory;
  const put = (at, values) => new Int16Array(buffer, at, values.length).set(values);
  put(picture, source.picture);
  put(features, source.features);
  put(bankAt, bank);
  put(weights, rows.cubicWeights);
  packColumns(columns, new Uint32Array(buffer, columnsAt, target));
  packPhases(columns, new DataView(buffer, phases, PHASE_BYTES * offsets.length));
  const featureBytes = FEATURE_BYTES * (width + 2);
  const filterBytes = 2 * 3 * TAPS * offsets.length;
  const predicted = new Int16Array(buffer, outAt, out.length);
  for (let row = top; row < bottom; row++) {
    const phase = rows.phase[row];
    const near = rows.nearest[row];
    const pictureRow = (tap) => picture + 2 * sourcePitch * rowAt(source, near + rows.cubicStart[phase] + tap, rows.source);
    const featureRow = (d) => features + featureBytes * rowAt(source, near + d, rows.source);
    const to = (row - top) * pitch;
    exports.liffCubic(
      ...[pictureRow(0), pictureRow(1), pictureRow(2), pictureRow(3)],
      ...[width, weights + 8 * phase, line]
    );
    exports.liffRow(
      ...[line, featureRow(-1), featureRow(0), featureRow(1), width],
      ...[columnsAt, target, phases, offsets.length, bankAt + filterBytes * phase],
      outAt + 2 * to
    );
    if (target & 1) predicted.copyWithin(to + 3 * target, to + 3 * (target - 1), to + 3 * target);
  }
  out.set(predicted);
}
function rowAt({ top, rows }, row, height) {
  const inside = Math.min(Math.max(row, 0), height - 1);
  return Math.min(Math.max(inside - top, 0), rows - 1);
}
function packColumns({ nearest: nearest2, phase }, out) {
  for (let x = 0; x < out.length; x++) out[x] = nearest2[x] | phase[x] << 16;
}
function packPhases({ offsets, cubicStart, cubicWeights }, out) {
  for (let phase = 0; phase < offsets.length; phase++) {
    const at = PHASE_BYTES * phase;
    for (let tap = 0; tap < 4; tap++) out.setInt16(at + 2 * tap, cubicWeights[4 * phase + tap], true);
    out.setUint32(at + 8, PIXEL_BYTES * (cubicStart[phase] + 2), true);
  }
}

// src/codec/compass/kernels/pass-store-wasm.ts
var VECTOR3 = 8;
function createWasmPassStore(module) {
  const resident = new ResidentLatents(instantiateKernels(module));
  const { exports } = resident.kernels;
  return (latents) => {
    const gather = (kernel) => (runs, channels) => {
      const count = countOf(runs, channels);
      const { values, runsAt, at } = resident.lay(latents, runs, [2 * count]);
      exports[kernel](runsAt, runs.length, channels, values, at[0]);
      return new Int16Array(exports.memory.buffer, at[0], count).slice();
    };
    return {
      magnitudes: gather("passMagnitudes"),
      halves: gather("passHalves"),
      tables(runs, channels, wide) {
        const count = countOf(runs, channels);
        checkLength("wide", wide, count);
        const { runsAt, at } = resident.lay(latents, runs, [2 * count, count]);
        new Int16Array(exports.memory.buffer, at[0], count).set(wide);
        exports.passTables(runsAt, runs.length, channels, at[0], at[1]);
        return new Uint8Array(exports.memory.buffer, at[1], count).slice();
      },
      store(runs, channels, means, tables, symbols) {
        const count = countOf(runs, channels);
        for (const [name, array] of Object.entries({ means, tables, symbols }))
          checkLength(name, array, count);
        const { values, scaleIndexes, runsAt, at } = resident.lay(latents, runs, [
          2 * count,
          count,
          2 * count
        ]);
        const [meansAt, tablesAt, symbolsAt] = at;
        const { buffer } = exports.memory;
        new Int16Array(buffer, meansAt, count).set(means);
        new Uint8Array(buffer, tablesAt, count).set(tables);
        new Int16Array(buffer, symbolsAt, count).set(symbols);
        exports.passStore(
          ...[runsAt, runs.length, channels, meansAt, tablesAt, symbolsAt],
          ...[values, scaleIndexes]
        );
      },
      close: () => resident.clear(latents)
    };
  };
}
function countOf(runs, channels) {
  if (channels % VECTOR3 !== 0) {
    throw new StrataError("INTERNAL", `channels: expected a multiple of ${VECTOR3}, got ${channels}`);
  }
  return runs.length * channels;
}
var ResidentLatents = class {
  kernels;
  #owner;
  constructor(kernels) {
    this.kernels = kernels;
  }
  /** Makes these latents resident, and places the runs and further sections behind them. */
  lay(latents, runs, sizes) {
    if (this.#owner && this.#owner !== latents) this.clear(this.#owner);
    const { exports, place } = this.kernels;
    const bytes = [2 * latents.values.length, latents.scaleIndexes.length];
    const [values, scaleIndexes, runsAt, ...at] = place([...bytes, 4 * runs.length, ...sizes]);
    const { buffer } = exports.memory;
    if (!this.#owner) {
      new Int16Array(buffer, values, latents.values.length).set(latents.values);
      new Uint8Array(buffer, scaleIndexes, latents.scaleIndexes.length).set(latents.scaleIndexes);
      this.#owner = latents;
    }
    new Int32Array(buffer, runsAt, runs.length).set(runs);
    return { values, scaleIndexes, runsAt, at };
  }
  /** Copies the latents back into their arrays if they are resident. */
  clear(latents) {
    if (this.#owner !== latents) return;
    this.#owner = void 0;
    const { exports, place } = this.kernels;
    const bytes = [2 * latents.values.length, latents.scaleIndexes.length];
    const [values, scaleIndexes] = place(bytes);
    latents.values.set(new Int16Array(exports.memory.buffer, values, latents.values.length));
    latents.scaleIndexes.set(new Uint8Array(exports.memory.buffer, scaleIndexes, latents.scaleIndexes.length));
  }
};

// src/codec/compass/kernels/kernels.ts
var referenceKernels = {
  coder: ransCoder,
  liff: liffReference,
  cells: referenceCells,
  passes: referencePassStore
};
var instances2 = /* @__PURE__ */ new WeakMap();
function kernelsOf({ kernels: module }) {
  if (!module) return referenceKernels;
  const cached = instances2.get(module);
  if (cached) return cached;
  const kernels = {
    coder: createWasmRans(module),
    liff: createWasmLiff(module),
    cells: createWasmCells(module),
    passes: createWasmPassStore(module)
  };
  instances2.set(module, kernels);
  return kernels;
}

// src/entropy/estimate.ts
function estimateBits(indexes, symbols) {
  if (indexes.length !== symbols.length) {
    throw new StrataError("INTERNAL", `symbols: expected ${indexes.length}, got ${symbols.length}`);
  }
  let bits = 0;
  for (let i = 0; i < indexes.length; i++) {
    const table = indexes[i];
    if (table >= TABLES2) throw new StrataError("INTERNAL", `table index: expected 0..63, got ${table}`);
    if (table !== 0) bits += symbolBits(table, symbols[i]);
  }
  return bits;
}
function leastBits(table) {
  return table === 0 ? 0 : cost(ENTROPY_TABLES.centre[table]);
}
function symbolBits(table, symbol) {
  const centre = ENTROPY_TABLES.centre[table];
  const radius = ENTROPY_TABLES.radius[table];
  const magnitude = Math.abs(symbol);
  if (magnitude <= radius) return cost(centre + symbol);
  return cost(centre + radius + 1) + 4 + escapeLength(magnitude, radius) + 1;
}
var COSTS = Float64Array.from(ENTROPY_TABLES.last, (_, s) => PRECISION - Math.log2(slotRange(s).frequency));
function cost(s) {
  return COSTS[s];
}

// src/codec/compass/latents/latents.ts
var StripCache = class {
  geometry;
  #produce;
  #strips = /* @__PURE__ */ new Map();
  #marks;
  constructor(geometry, readers, produce) {
    this.geometry = geometry;
    this.#produce = produce;
    this.#marks = new Map(readers.map((reader) => [reader, 0]));
  }
  strip(index) {
    let strip = this.#strips.get(index);
    if (!strip) {
      strip = this.#produce(index);
      this.#strips.set(index, strip);
    }
    return strip;
  }
  release(reader, index) {
    this.#marks.set(reader, index);
    this.#drop(Math.min(...this.#marks.values()));
  }
  close() {
    this.#drop(Number.POSITIVE_INFINITY);
  }
  #drop(below) {
    for (const [known, strip] of this.#strips) {
      if (known >= below) continue;
      this.#strips.delete(known);
      strip.then(
        ({ values, scaleIndexes }) => release(values, scaleIndexes),
        () => void 0
      );
    }
  }
};
async function latentStrips(source, from, to) {
  const { stripLatents } = source.geometry;
  const [first, last] = [Math.floor(from / stripLatents), Math.floor((to - 1) / stripLatents)];
  const strips = [];
  for (let index = first; index <= last; index++) strips.push(await source.strip(index));
  return { last, at: (row) => strips[Math.floor(row / stripLatents) - first] };
}

// src/codec/compass/latents/passes.ts
var StripCells = class {
  rows;
  columns;
  latents;
  #width;
  #table;
  #store;
  #cachedRuns = /* @__PURE__ */ new Map();
  constructor(table, strip, latentWidth, open) {
    const half = table.sideStride / 2;
    this.rows = strip.hyperRows * half;
    this.columns = strip.hyperColumns * half;
    this.#width = latentWidth;
    this.#table = table;
    const count = strip.latentRows * latentWidth * table.latents;
    this.latents = {
      rows: strip.latentRows,
      values: new Int16Array(count),
      scaleIndexes: new Uint8Array(count)
    };
    this.#store = open(this.latents);
  }
  /** First channel and number of channels of a group. */
  group(fine) {
    const { coarse, latents } = this.#table;
    return fine ? { first: coarse, channels: latents - coarse } : { first: 0, channels: coarse };
  }
  /** Position in the latents of each run of channels of a pass, or OUTSIDE, in the order of the arrays of the pass. */
  runs({ fine, positions }) {
    return this.#runs(fine, positions);
  }
  /** Magnitudes of latents of earlier passes, [row][column][position][channel]. */
  magnitudes(fine, positions) {
    return this.#store.magnitudes(this.#runs(fine, positions), this.group(fine).channels);
  }
  /** Latents of earlier passes with signs, in steps of 1/2, [row][column][position][channel]. */
  halves(fine, positions) {
    return this.#store.halves(this.#runs(fine, positions), this.group(fine).channels);
  }
  /** Scale indexes of a pass as bytes; 0, "not coded", outside the latents. */
  scaleIndexesOf({ fine, positions }, wide) {
    return this.#store.tables(this.#runs(fine, positions), this.group(fine).channels, wide);
  }
  /** Stores the latents of a pass, which follow from its symbols. */
  store({ fine, positions }, means, scaleIndexes, symbols) {
    this.#store.store(this.#runs(fine, positions), this.group(fine).channels, means, scaleIndexes, symbols);
  }
  /** Ends the work. Only then do the arrays of `latents` hold all passes. */
  close() {
    this.#store.close();
  }
  /**
   * Position in the latents of each run of channels of a group at some positions, or OUTSIDE, in the order in which passes
   * code them: cell by cell, position by position.
   */
  #runs(fine, positions) {
    const key = `${fine} ${positions}`;
    const cached = this.#cachedRuns.get(key);
    if (cached) return cached;
    const { first } = this.group(fine);
    const { latents } = this.#table;
    const runs = new Int32Array(this.rows * this.columns * positions.length);
    let run3 = 0;
    for (let row = 0; row < this.rows; row++) {
      for (let column = 0; column < this.columns; column++) {
        for (let k = 0; k < positions.length; k++) {
          const position = positions[k];
          const y = 2 * row + (position >> 1);
          const x = 2 * column + (position & 1);
          const isInside = y < this.latents.rows && x < this.#width;
          runs[run3++] = isInside ? (y * this.#width + x) * latents + first : OUTSIDE;
        }
      }
    }
    this.#cachedRuns.set(key, runs);
    return runs;
  }
};

// src/codec/compass/latents/entropy-parameters.ts
var EntropyModel = class _EntropyModel {
  table;
  /** Whether strips may lack a residual: only layers with a prediction from below allow it. */
  canBeEmpty;
  #decoder;
  #info;
  #layer;
  #below;
  #hyper;
  #passes;
  #kernels;
  constructor(decoder, info, layer, below, hyper, passes, kernels) {
    this.table = below ? decoder.enhancement : decoder.base;
    this.canBeEmpty = below !== void 0;
    this.#decoder = decoder;
    this.#info = info;
    this.#layer = layer;
    this.#below = below;
    this.#hyper = hyper;
    this.#passes = passes;
    this.#kernels = kernels;
  }
  static async load(runtime, decoder, info, layer, below, kernels = kernelsOf(runtime)) {
    const kind = below ? "enhancement" : "base";
    const hyper = await runtime.network(`${kind}-hyper`);
    const passes = await Promise.all(
      decoder.passes.map((_, index) => runtime.network(`${kind}-pass${index}`))
    );
    return new _EntropyModel(decoder, info, layer, below, hyper, passes, kernels);
  }
  /** Scale index of each hyper-latent of a strip, [row][column][channel]. */
  hyperScaleIndexes(strip) {
    const channels = Uint8Array.from(this.#hyperChannelIndexes());
    const indexes = new Uint8Array(strip.hyperRows * strip.hyperColumns * channels.length);
    for (let at = 0; at < indexes.length; at += channels.length) indexes.set(channels, at);
    return indexes;
  }
  /** The fewest bits that the hyper-latents of a strip can take. A strip of fewer bytes cannot have its declared size. */
  leastHyperBits(strip) {
    const bits = this.#hyperChannelIndexes().reduce((sum2, table) => sum2 + leastBits(table), 0);
    return strip.hyperRows * strip.hyperColumns * bits;
  }
  /**
   * Computes the features that all passes of a strip share. It releases the strips of the layer below that it has read, so
   * call it once per strip, from top to bottom.
   * @param hyperSymbols symbols of the hyper-latents, [row][column][channel]
   */
  async features(strip, hyperSymbols) {
    const feeds = { side: this.#hyperTensor(strip, hyperSymbols) };
    if (this.#below) feeds.context = await this.#contextTensor(strip, this.#below);
    const { hidden } = await this.#hyper.run(feeds, ...this.#units(strip));
    release(feeds.context);
    return given(hidden);
  }
  /** Codes a strip's latents, pass by pass. */
  async code(strip, hidden, coder) {
    const cells = new StripCells(this.#decoder, strip, this.#layer.latentWidth, this.#kernels.passes);
    try {
      await this.#code(cells, this.#units(strip), hidden, coder);
    } finally {
      cells.close();
    }
    return cells.latents;
  }
  async #code(cells, units, hidden, coder) {
    let carried;
    for (const [index, pass] of this.#decoder.passes.entries()) {
      const inputs = passInputs(cells, pass);
      const network = this.#passes[index];
      const outputs = await network.run({ ...inputs, hidden, ...carried ? { carried } : {} }, ...units);
      carried = outputs.features ?? carried;
      const means = given(outputs.means);
      const scaleIndexes = cells.scaleIndexesOf(pass, given(outputs.indexes));
      const symbols = coder({ pass, cells, means, scaleIndexes });
      cells.store(pass, means, scaleIndexes, symbols);
      release(outputs.indexes, means, ...Object.values(inputs));
    }
    release(carried);
  }
  /** Size of a strip in pixels, rounded up to the grid of its hyper-latents. */
  #units({ hyperRows, hyperColumns }) {
    const unit = this.#decoder.patch * this.#decoder.sideStride;
    return [hyperRows * unit, hyperColumns * unit];
  }
  /** Scale index of each channel of the hyper-latents. */
  #hyperChannelIndexes() {
    const row = this.table.sideIndexes[this.#info.quality - 1] ?? [];
    return Array.from({ length: this.table.side }, (_, channel) => row[channel] ?? 1);
  }
  #hyperTensor(strip, hyperSymbols) {
    const cells = strip.hyperRows * strip.hyperColumns;
    const planes = [qualityCode(this.#info.quality)];
    if (this.#below) {
      const { info } = this.#below;
      const { width, height } = this.#info;
      planes.push(scaleCode(this.#decoder.scaleThresholds, width * height, info.width * info.height));
    }
    const channels = this.table.side + planes.length;
    const out = new Int16Array(channels * cells);
    for (let cell = 0; cell < cells; cell++) {
      for (let c = 0; c < this.table.side; c++) {
        const value = hyperSymbols[cell * this.table.side + c];
        out[cell * channels + c] = Math.min(Math.max(value, -CONTEXT_LIMIT), CONTEXT_LIMIT);
      }
      for (let p = 0; p < planes.length; p++) out[cell * channels + this.table.side + p] = planes[p];
    }
    return out;
  }
  /**
   * Magnitudes and scale indexes of the latents of the layer below that lie under each latent's centre,
   * [row][column][magnitudes, scale indexes]; zero where the grid of hyper-latents reaches beyond the latents.
   */
  async #contextTensor(strip, below) {
    const { latentWidth, height, width } = this.#layer;
    const { geometry } = below.latents;
    const columnBelow = nearestLatents(latentWidth, 0, geometry.width, width, geometry.latentWidth);
    const rowBelow = nearestLatents(
      strip.latentRows,
      strip.latentTop,
      geometry.height,
      height,
      geometry.latentHeight
    );
    const lower2 = await latentStrips(below.latents, rowBelow[0] ?? 0, (rowBelow.at(-1) ?? 0) + 1);
    const { latents, sideStride } = this.#decoder;
    const run3 = geometry.latentWidth * latents;
    const rows = Array.from(rowBelow, (source) => {
      const { values, scaleIndexes, isEmpty } = lower2.at(source);
      const from = source % geometry.stripLatents * run3;
      if (isEmpty) return void 0;
      return {
        values: values.subarray(from, from + run3),
        scaleIndexes: scaleIndexes.subarray(from, from + run3)
      };
    });
    const pitch = 2 * latents * sideStride * strip.hyperColumns;
    const out = new Int16Array(pitch * sideStride * strip.hyperRows);
    this.#kernels.cells.context(rows, columnBelow, latents, out, pitch);
    below.latents.release("context", lower2.last);
    return out;
  }
};
function passInputs(cells, pass) {
  const inputs = {};
  if (pass.sees.length > 0) inputs.magnitudes = cells.magnitudes(pass.seesFine, pass.sees);
  for (const [k, positions] of pass.predictors.entries()) {
    inputs[`values${k}`] = cells.halves(pass.seesFine, positions);
  }
  return inputs;
}
function given(values) {
  if (!values) throw new StrataError("MODEL_INVALID", "a program of the decoder lacks an output");
  return values;
}
function nearestLatents(count, first, pixelsBelow, pixels, countBelow) {
  return Int32Array.from(
    { length: count },
    (_, i) => Math.min(Math.floor((2 * (first + i) + 1) * pixelsBelow / (2 * pixels)), countBelow - 1)
  );
}

// src/codec/compass/latents/latent-decoder.ts
async function decodeStrip(coder, model, bytes, strip, tap) {
  const data = bytes.strip(strip.index);
  if (data.length === 0 && model.canBeEmpty) {
    tap?.(strip.index, new Int16Array(), []);
    return emptyLatents(strip.latentRows);
  }
  checkLength2(data, model.leastHyperBits(strip));
  const decoder = coder.decoder(data);
  const hyperScaleIndexes = model.hyperScaleIndexes(strip);
  const hyperSymbols = new Int16Array(hyperScaleIndexes.length);
  decoder.decode(hyperScaleIndexes, hyperSymbols);
  checkHyperSymbols(hyperSymbols);
  const symbols = [];
  const indexes = [];
  const features = await model.features(strip, hyperSymbols);
  const latents = await model.code(strip, features, ({ scaleIndexes }) => {
    const passSymbols = new Int16Array(scaleIndexes.length);
    decoder.decode(scaleIndexes, passSymbols);
    symbols.push(passSymbols);
    indexes.push(scaleIndexes);
    return passSymbols;
  });
  decoder.finish();
  tap?.(strip.index, hyperSymbols, symbols);
  release(features, ...symbols, ...indexes);
  return latents;
}
function checkLength2(data, leastBits2) {
  if (8 * data.length < leastBits2 / 2) {
    const least = Math.ceil(leastBits2 / 16);
    throw new StrataError(
      "ENTROPY_CORRUPT",
      `expected at least ${least} bytes for a strip of this size, got ${data.length}`
    );
  }
}
function checkHyperSymbols(hyperSymbols) {
  for (const value of hyperSymbols) {
    if (value > 255 || value < -255) {
      throw new StrataError("ENTROPY_CORRUPT", `expected hyper-latents in -255..255, got ${value}`);
    }
  }
}

// src/codec/compass/shared/cells.ts
var UNIT = 255 * SAMPLE_SCALE;
var CELL = 12;
var HALF2 = 6;
function cellWriter(window, height, area, middle = 0) {
  return (view, cellStride, rowStride, offset) => {
    const { top, left, rows, columns } = area;
    const { samples, width } = window;
    const [source, target] = [pairs(samples), pairs(view)];
    const whole = Math.min(columns, width - left) >> 1;
    for (let row = 0; row < rows; row++) {
      const line = window.offset(Math.min(top + row, height - 1));
      const to = offset + (row >> 1) * rowStride + HALF2 * (row & 1);
      copyHalves(source, line + 3 * left, HALF2, target, to, cellStride, whole);
      const end = to + (columns >> 1) * cellStride;
      for (let at = to + whole * cellStride, x = left + 2 * whole; at < end; at += cellStride, x += 2) {
        for (let i = 0; i < HALF2; i++) {
          const pixel = Math.min(x + (i < 3 ? 0 : 1), width - 1);
          view[at + i] = samples[line + 3 * pixel + i % 3];
        }
      }
      if (middle !== 0) lower(view, to, cellStride, columns >> 1, middle);
    }
  };
}
function pictureCells(window, height, area, middle = 0) {
  const cells = new Int16Array(3 * area.rows * area.columns);
  cellWriter(window, height, area, middle)(cells, CELL, (area.columns >> 1) * CELL, 0);
  return cells;
}
function cellReader(from, window, to) {
  return (view, cellStride, rowStride, offset) => {
    const [source, target] = [pairs(view), pairs(window.samples)];
    const whole = to.columns + 1 >> 1;
    for (let row = 0; row < to.rows; row++) {
      const y = from.top + row;
      const cell = offset + (y >> 1) * rowStride + HALF2 * (y & 1) + (from.left >> 1) * cellStride;
      copyHalves(source, cell, cellStride, target, window.offset(to.top + row) + 3 * to.left, HALF2, whole);
    }
  };
}
function copyHalves(source, from, fromStride, target, to, toStride, count) {
  const [sourceStep, targetStep] = [fromStride >> 1, toStride >> 1];
  let i = from >> 1;
  let j = to >> 1;
  for (let k = 0; k < count; k++) {
    target[j] = source[i];
    target[j + 1] = source[i + 1];
    target[j + 2] = source[i + 2];
    i += sourceStep;
    j += targetStep;
  }
}
function pairs({ buffer, byteOffset, length }) {
  return new Int32Array(buffer, byteOffset, length >> 1);
}
function lower(view, at, stride, count, middle) {
  for (const end = at + count * stride; at < end; at += stride) {
    view[at] = view[at] - middle;
    view[at + 1] = view[at + 1] - middle;
    view[at + 2] = view[at + 2] - middle;
    view[at + 3] = view[at + 3] - middle;
    view[at + 4] = view[at + 4] - middle;
    view[at + 5] = view[at + 5] - middle;
  }
}

// src/codec/compass/shared/geometry.ts
function layerGeometry(layer, table) {
  return {
    width: layer.width,
    height: layer.height,
    strips: Math.ceil(layer.height / STRIP_ROWS),
    latentWidth: Math.ceil(layer.width / table.patch),
    latentHeight: Math.ceil(layer.height / table.patch),
    stripLatents: STRIP_ROWS / table.patch
  };
}
function stripGeometry(layer, index, table) {
  const latentTop = index * layer.stripLatents;
  const latentRows = Math.min(layer.stripLatents, layer.latentHeight - latentTop);
  return {
    index,
    top: index * STRIP_ROWS,
    bottom: Math.min((index + 1) * STRIP_ROWS, layer.height),
    latentTop,
    latentRows,
    hyperRows: Math.ceil(latentRows / table.sideStride),
    hyperColumns: Math.ceil(layer.latentWidth / table.sideStride)
  };
}

// src/codec/compass/picture/layer-picture.ts
var TILE_COLUMNS = 640;
var LayerPicture = class _LayerPicture {
  width;
  height;
  rows;
  #geometry;
  #table;
  #latents;
  #predictor;
  #network;
  #inverseGain;
  #cells;
  #haloRows;
  #next = 0;
  constructor(table, quality, latents, predictor, network, cells) {
    this.#geometry = latents.geometry;
    this.width = this.#geometry.width;
    this.height = this.#geometry.height;
    this.rows = new RowWindow(this.width);
    this.#table = table;
    this.#latents = latents;
    this.#predictor = predictor;
    this.#network = network;
    this.#cells = cells;
    const layer = predictor ? table.enhancement : table.base;
    this.#haloRows = layer.haloRows;
    this.#inverseGain = inverseGains(table, layer, quality);
  }
  static async create(runtime, table, quality, latents, predictor, { cells } = kernelsOf(runtime)) {
    const network = await runtime.network(predictor ? "enhancement-synthesis" : "base-synthesis");
    return new _LayerPicture(table, quality, latents, predictor, network, cells);
  }
  async ensure(row) {
    while (this.rows.to < Math.min(row, this.height)) await this.#strip(this.#next++);
  }
  /** Returns rows [top, bottom) as interleaved 8-bit RGB. */
  rgb(top, bottom) {
    return this.#cells.bytes(this.rows.slice(top, bottom), this.width);
  }
  /** Frees the memory of this layer. */
  close() {
    this.rows.close();
    this.#predictor?.rows.close();
    this.#latents.close();
  }
  async #strip(index) {
    const { patch } = this.#table;
    const { latentHeight } = this.#geometry;
    const strip = stripGeometry(this.#geometry, index, this.#table);
    const halo = this.#haloRows / patch;
    const first = Math.max(strip.latentTop - halo, 0);
    const last = Math.min(strip.latentTop + strip.latentRows + halo, latentHeight);
    await this.#predictor?.ensure(last * patch);
    const latents = await latentStrips(this.#latents, first, last);
    const rows = strip.bottom - strip.top;
    this.rows.extend(rows);
    if (latents.at(strip.latentTop).isEmpty) this.#copyPrediction(strip);
    else await this.#synthesise(strip, latents, first, last);
    this.#predictor?.rows.discard(strip.bottom - this.#haloRows);
    this.#latents.release("pixels", index);
  }
  /** Fills a strip without a residual with its prediction. */
  #copyPrediction({ top, bottom }) {
    const target = this.rows.slice(top, bottom);
    if (this.#predictor) this.#cells.bound(this.#predictor.rows.slice(top, bottom), UNIT, target);
    else target.fill(0);
  }
  async #synthesise(strip, latents, first, last) {
    const { patch } = this.#table;
    const { latentWidth } = this.#geometry;
    const halo = this.#haloRows / patch;
    for (const { left, right } of columnTiles(latentWidth, TILE_COLUMNS / patch)) {
      const area = {
        top: first,
        bottom: last,
        left: Math.max(left - halo, 0),
        right: Math.min(right + halo, latentWidth)
      };
      const tile = this.#latentTile(latents, area);
      const inputs = { latents: tile };
      const [high, wide] = [(area.bottom - area.top) * patch, (area.right - area.left) * patch];
      if (this.#predictor) {
        const pixels = { top: area.top * patch, rows: high, left: area.left * patch, columns: wide };
        inputs.prediction = cellWriter(this.#predictor.rows, this.height, pixels);
      }
      const from = { top: strip.top - area.top * patch, left: (left - area.left) * patch };
      const picture = cellReader(from, this.rows, {
        top: strip.top,
        left: left * patch,
        rows: strip.bottom - strip.top,
        columns: Math.min(right * patch, this.width) - left * patch
      });
      await this.#network.run(inputs, high, wide, { picture });
      release(tile);
    }
  }
  /** Dequantizes the latents of an area for synthesis, [row][column][channel]. */
  #latentTile(latents, { top, bottom, left, right }) {
    const { latentWidth, stripLatents } = this.#geometry;
    const { latents: channels, latentLimit } = this.#table;
    const run3 = (right - left) * channels;
    const rows = Array.from({ length: bottom - top }, (_, i) => {
      const { values, isEmpty } = latents.at(top + i);
      const from = ((top + i) % stripLatents * latentWidth + left) * channels;
      return isEmpty ? void 0 : values.subarray(from, from + run3);
    });
    return this.#cells.dequantize(rows, run3, this.#inverseGain, latentLimit);
  }
};
function columnTiles(count, size) {
  const tiles = Math.ceil(count / size);
  return Array.from({ length: tiles }, (_, i) => ({
    left: Math.floor(i * count / tiles),
    right: Math.floor((i + 1) * count / tiles)
  }));
}

// src/codec/compass/picture/predictor.ts
var FEATURE_HALO = 2;
var CHUNK_ROWS = 136;
var Predictor = class _Predictor {
  width;
  height;
  rows;
  #below;
  #rowAxis;
  #columnAxis;
  #bank;
  #features;
  #kernel;
  constructor(below, rowAxis, columnAxis, bank, features, kernel) {
    this.width = columnAxis.target;
    this.height = rowAxis.target;
    this.rows = new RowWindow(this.width);
    this.#below = below;
    this.#rowAxis = rowAxis;
    this.#columnAxis = columnAxis;
    this.#bank = bank;
    this.#features = features;
    this.#kernel = kernel;
  }
  static async create(runtime, below, width, height, kernel) {
    const [rowAxis, columnAxis] = [makeAxis(below.height, height), makeAxis(below.width, width)];
    const pairs2 = rowAxis.offsets.length * columnAxis.offsets.length;
    const { filters } = await loadDecoderTable(runtime);
    const generated = generateFilters(
      filters,
      await runtime.blob("decoder"),
      filterTokens(rowAxis, columnAxis),
      pairs2
    );
    const features = await runtime.network("features");
    return new _Predictor(below, rowAxis, columnAxis, quantizeFilters(generated), features, kernel);
  }
  async ensure(row) {
    const bottom = Math.min(row, this.height);
    for (let parts = Math.ceil((bottom - this.rows.to) / CHUNK_ROWS); parts > 0; parts--) {
      await this.#chunk(this.rows.to, this.rows.to + Math.ceil((bottom - this.rows.to) / parts));
    }
  }
  async #chunk(top, bottom) {
    const below = this.#below;
    const nearest2 = this.#rowAxis.nearest;
    const first = Math.max((nearest2[top] ?? 0) - 2, 0);
    const last = Math.min((nearest2[bottom - 1] ?? 0) + 3, below.height);
    const tileTop = Math.max((first & ~1) - FEATURE_HALO, 0);
    const tileBottom = Math.min(last + (last & 1) + FEATURE_HALO, below.height);
    await below.ensure(tileBottom);
    const features = await this.#featureTile(tileTop, tileBottom, first, last);
    this.rows.extend(bottom - top);
    this.#kernel(
      { top: first, rows: last - first, picture: below.rows.slice(first, last), features },
      this.#bank,
      this.#rowAxis,
      this.#columnAxis,
      top,
      bottom,
      this.rows.slice(top, bottom)
    );
    release(features);
    if (bottom < this.height)
      below.rows.discard(Math.max(((nearest2[bottom] ?? 0) - 2 & ~1) - FEATURE_HALO, 0));
  }
  /** Computes the features of a tile of rows [top, bottom) and returns rows [first, last) in the layout of LiffSource. */
  async #featureTile(top, bottom, first, last) {
    const { width, height, rows: below } = this.#below;
    const rows = bottom - top + (bottom - top & 1);
    const columns = width + (width & 1);
    const picture = cellWriter(below, height, { top, left: 0, rows, columns }, UNIT / 2);
    let framed = new Int16Array();
    await this.#features.run({ picture }, rows, columns, {
      features: (view, _, rowStride, offset) => {
        framed = withMargins(view, rowStride, offset + (first - top) * rowStride, last - first, width);
      }
    });
    return framed;
  }
};

// src/codec/compass/decoder/layer-chain.ts
async function openFile(bytes, options) {
  const header = readHeader(bytes);
  const { modelSet } = options.runtime.manifest;
  if (holdsPictures(header)) {
    throw new StrataError(
      "CODING_UNKNOWN",
      `layers: expected coding compass, got ${header.layers[0]?.coding}`
    );
  }
  if (header.modelSet !== modelSet) {
    throw new StrataError(
      "MODEL_UNKNOWN",
      `the file needs model set ${header.modelSet}, this decoder holds ${modelSet}`
    );
  }
  const whole = wholeLayers(header, bytes.length);
  if (whole === 0) {
    throw new StrataError(
      "FORMAT_TRUNCATED",
      `expected at least the ${header.layers[0]?.end} bytes of layer 0, got ${bytes.length}`
    );
  }
  const index = options.layer ?? whole - 1;
  const layer = header.layers[index];
  if (!layer) {
    throw new StrataError("PARAM_INVALID", `layer: expected 0..${header.layers.length - 1}, got ${index}`);
  }
  if (index >= whole) {
    throw new StrataError("FORMAT_TRUNCATED", `layer ${index} needs ${layer.end} bytes, got ${bytes.length}`);
  }
  const table = await loadDecoderTable(options.runtime);
  checkStripSize(layer, table, options.maxStripPixels);
  return { header, layer, table };
}
function checkStripSize(layer, table, limit = Number.POSITIVE_INFINITY) {
  const { hyperRows, hyperColumns } = stripGeometry(layerGeometry(layer, table), 0, table);
  const unit = table.patch * table.sideStride;
  if (hyperRows * hyperColumns * unit * unit > limit) {
    const expected = `strips of at most ${limit} pixels`;
    const actual = `${hyperColumns * unit}x${hyperRows * unit}`;
    throw new StrataError("INPUT_TOO_LARGE", `layer ${layer.index}: expected ${expected}, got ${actual}`);
  }
}
async function openLatents(bytes, file, options, readers, {
  tap,
  decoded
} = {}) {
  const kernels = options.kernels ?? kernelsOf(options.runtime);
  const sources = [];
  let below = decoded;
  for (const info of file.header.layers.slice(firstAbove(decoded), file.layer.index + 1)) {
    const geometry = layerGeometry(info, file.table);
    const model = await EntropyModel.load(options.runtime, file.table, info, geometry, below, kernels);
    const strips = readStrips(bytes, info);
    const read = info.index < file.layer.index ? [...readers, "context"] : readers;
    const latents = new StripCache(geometry, read, (index) => {
      throwIfAborted(options.signal);
      const strip = stripGeometry(geometry, index, file.table);
      return decodeStrip(kernels.coder, model, strips, strip, tap?.(info.index));
    });
    sources.push(latents);
    below = { info, latents };
  }
  return sources;
}
async function openPictures(file, options, latents, decoded) {
  const kernels = options.kernels ?? kernelsOf(options.runtime);
  const pictures = [];
  for (const [k, source] of latents.entries()) {
    const info = file.header.layers[firstAbove(decoded) + k];
    const below = pictures[k - 1] ?? decoded?.picture;
    const predictor = below && await Predictor.create(options.runtime, below, info.width, info.height, kernels.liff);
    const { runtime } = options;
    pictures.push(await LayerPicture.create(runtime, file.table, info.quality, source, predictor, kernels));
  }
  return pictures;
}
function firstAbove(decoded) {
  return decoded ? decoded.info.index + 1 : 0;
}

// src/codec/compass/decoder/decode.ts
async function* decodeRows(bytes, options) {
  const file = await openFile(bytes, options);
  const latents = await openLatents(bytes, file, options, ["pixels"]);
  const pictures = await openPictures(file, options, latents);
  const picture = pictures.at(-1);
  if (!picture) return;
  try {
    for (let top = 0; top < picture.height; top += STRIP_ROWS) {
      const bottom = Math.min(top + STRIP_ROWS, picture.height);
      await picture.ensure(bottom);
      throwIfAborted(options.signal);
      yield rgbImage(picture.width, bottom - top, picture.rgb(top, bottom));
      picture.rows.discard(bottom);
    }
  } finally {
    for (const layer of pictures) layer.close();
  }
}
async function decodeLayer(bytes, options) {
  const parts = [];
  let [width, height] = [0, 0];
  for await (const strip of decodeRows(bytes, options)) {
    parts.push(strip.data);
    width = strip.width;
    height += strip.height;
  }
  return rgbImage(width, height, concat(parts));
}

// src/node/picture-layers/trial.ts
var TRIES = 3;
var BYTES_PER_POINT = 0.045;
var MOST_OF_OTHERS = {
  photograph: Number.POSITIVE_INFINITY,
  photographic: 1.5,
  unsure: 1,
  drawing: 0.6
};
async function tryCodings(picture, options) {
  const { width, height } = picture;
  const half = Math.max(1, Math.round(width / 2));
  const trials = [];
  for (const wanted of /* @__PURE__ */ new Set([width, half])) {
    throwIfAborted(options.signal);
    const size = { width: wanted, height: layerHeight(wanted, width, height) };
    const tiles = montage(await resizePixels(picture, size));
    const scorer = createScorer(tiles);
    if (scorer) trials.push(await tryWidth(wanted, tiles, scorer, size, options));
  }
  return trials;
}
function isForCompass(look2, trials) {
  const [own2, others] = [
    sum(trials.map(({ compass }) => compass ?? Number.POSITIVE_INFINITY)),
    sum(trials.map(({ bytes }) => Math.min(...Object.values(bytes))))
  ];
  return trials.length > 0 && own2 <= MOST_OF_OTHERS[look2] * others;
}
async function tryWidth(width, tiles, scorer, size, { target, compass }) {
  const bytes = {
    webp: Number.POSITIVE_INFINITY,
    avif: Number.POSITIVE_INFINITY,
    lossless: (await encodeLossless(tiles)).file.length,
    "near-lossless": fits(size, "webp") ? (await encodeNearLossless(tiles)).length : Number.POSITIVE_INFINITY
  };
  const settings = { webp: 75, avif: 50 };
  for (const coding of LOSSY) {
    if (!fits(size, coding)) continue;
    const { file, score, setting } = await searchSetting(tiles, coding, scorer, { target, tries: TRIES });
    settings[coding] = setting;
    if (score > target - 5) bytes[coding] = atScore(file.length, score, target);
  }
  return { width, bytes, settings, compass: compass && await tryCompass(tiles, scorer, target, compass) };
}
async function tryCompass(tiles, scorer, target, encode2) {
  const { width } = tiles;
  const file = await encode2(tiles, {
    ladder: [{ width, quality: defaultQuality(1) }],
    sha256: new Uint8Array(SOURCE_HASH_BYTES),
    resize: resizeLanczos,
    placeholder: new Uint8Array(0)
  });
  const { data } = await decodeLayer(file, { runtime: await createRuntime("wasm"), layer: 0 });
  const { start, end } = readHeader(file).layers[0];
  return atScore(end - start, scorer.score({ ...tiles, channels: 3, data }), target);
}
function atScore(bytes, score, target) {
  return bytes * Math.exp(BYTES_PER_POINT * (target - score));
}
function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

// src/node/picture-layers/choose.ts
var TINY_SIDE = 64;
async function chooseCoding(picture, { parameters, encode: encode2, signal }) {
  const { coding = "auto", quality } = parameters;
  const { width, height } = picture;
  if (Math.max(width, height) <= TINY_SIDE || isOneColour(picture)) {
    return { pictures: true, trials: [], lossless: true };
  }
  const seen = look(picture);
  const isOpaque = picture.channels === 3;
  if (coding === "auto" && isOpaque && seen === "photograph") {
    return { pictures: false, trials: [], lossless: false };
  }
  const target = typeof quality === "object" ? quality.score : DEFAULT_TARGET;
  const compass = coding === "auto" && isOpaque ? encode2 : void 0;
  const trials = await tryCodings(picture, { target, compass, signal });
  return { pictures: compass === void 0 || !isForCompass(seen, trials), trials, lossless: false };
}

// src/codec/encode-phases.ts
var unobserved = (_, work) => work();

// src/entropy/rans-encoder.ts
function createRansEncoder() {
  return new RansEncoder();
}
var STARTS = ENTROPY_TABLES.last.map((_, s) => slotRange(s).start);
var FREQUENCIES = ENTROPY_TABLES.last.map((_, s) => slotRange(s).frequency);
var RansEncoder = class {
  #calls = [];
  #coded = 0;
  #finished = false;
  encode(indexes, symbols) {
    if (this.#finished) throw new StrataError("INTERNAL", "encode() after finish()");
    if (indexes.length !== symbols.length) {
      throw new StrataError("INTERNAL", `symbols: expected ${indexes.length}, got ${symbols.length}`);
    }
    let coded = 0;
    for (let i = 0; i < indexes.length; i++) {
      const table = indexes[i];
      const symbol = symbols[i];
      const limit = table === 0 ? 0 : MAX_SYMBOL;
      if (table >= TABLES2) throw new StrataError("INTERNAL", `table index: expected 0..63, got ${table}`);
      if (Math.abs(symbol) > limit) {
        throw new StrataError(
          "INTERNAL",
          `symbol under table ${table}: expected |k| <= ${limit}, got ${symbol}`
        );
      }
      if (table !== 0) coded++;
    }
    this.#calls.push({ indexes: indexes.slice(), symbols: symbols.slice() });
    this.#coded += coded;
  }
  finish() {
    if (this.#finished) throw new StrataError("INTERNAL", "finish() called twice");
    this.#finished = true;
    const writer = new BackwardWriter();
    let turn = this.#coded & STATES - 1;
    for (let call = this.#calls.pop(); call !== void 0; call = this.#calls.pop()) {
      const { indexes, symbols } = call;
      for (let i = indexes.length - 1; i >= 0; i--) {
        const table = indexes[i];
        if (table === 0) continue;
        turn = turn + STATES - 1 & STATES - 1;
        writeSymbol(writer, turn, table, symbols[i]);
      }
    }
    return writer.finish();
  }
};
function writeSymbol(writer, turn, table, symbol) {
  const centre = ENTROPY_TABLES.centre[table];
  const radius = ENTROPY_TABLES.radius[table];
  const magnitude = Math.abs(symbol);
  let s = centre + symbol;
  if (magnitude > radius) {
    const length = escapeLength(magnitude, radius);
    const mantissa = magnitude - radius - (1 << length);
    writer.bits(turn, mantissa << 1 | (symbol < 0 ? 1 : 0), length + 1);
    writer.bits(turn, length, 4);
    s = centre + radius + 1;
  }
  writer.step(turn, STARTS[s], FREQUENCIES[s]);
}
var BackwardWriter = class {
  #states = new Float64Array(STATES).fill(STATE_START);
  #words = new Uint16Array(4096);
  /** Index of the first used word: the array is filled from its end. */
  #free = 4096;
  bits(turn, value, count) {
    this.step(turn, value << 16 - count, 1 << 16 - count);
  }
  step(turn, start, frequency) {
    let x = this.#states[turn];
    if (x >= frequency * 65536) {
      if (this.#free === 0) this.#grow();
      this.#words[--this.#free] = x;
      x = Math.floor(x / 65536);
    }
    const quotient = Math.floor(x / frequency);
    this.#states[turn] = quotient * 65536 + start + (x - quotient * frequency);
  }
  finish() {
    const words = this.#words.subarray(this.#free);
    const bytes = new Uint8Array(STATE_BYTES + 2 * words.length);
    const view = new DataView(bytes.buffer);
    this.#states.forEach((x, i) => {
      view.setUint32(4 * i, x, true);
    });
    for (let i = 0; i < words.length; i++) view.setUint16(STATE_BYTES + 2 * i, words[i], true);
    return bytes;
  }
  #grow() {
    const words = new Uint16Array(2 * this.#words.length);
    this.#free = words.length - this.#words.length;
    words.set(this.#words, this.#free);
    this.#words = words;
  }
};

// src/codec/compass/encoder/encoder-tensors.ts
var HYPER_LIMIT = 255;
function sourceCells({ width, height, data }, area) {
  const { top, left, rows, columns } = area;
  const out = new Int16Array(3 * rows * columns);
  for (let row = 0; row < rows; row++) {
    const line = Math.min(top + row, height - 1) * width;
    for (let x = 0; x < columns; x++) {
      const pixel = 3 * (line + Math.min(left + x, width - 1));
      const to = (row >> 1) * 6 * columns + 12 * (x >> 1) + 6 * (row & 1) + 3 * (x & 1);
      for (let channel = 0; channel < 3; channel++) {
        out[to + channel] = data[pixel + channel] * SAMPLE_SCALE;
      }
    }
  }
  return out;
}
function cellsToRgb(cells, rows, columns) {
  const out = new Uint8ClampedArray(3 * rows * columns);
  for (let row = 0; row < rows; row++) {
    const from = (row >> 1) * 6 * columns + 6 * (row & 1);
    const to = 3 * columns * row;
    for (let x = 0; x < columns; x++) {
      const pixel = from + 12 * (x >> 1) + 3 * (x & 1);
      for (let c = 0; c < 3; c++) out[to + 3 * x + c] = cells[pixel + c] / SAMPLE_SCALE;
    }
  }
  return new Uint8Array(out.buffer);
}
function pictureTensor(cells, rows, columns) {
  const plane = cells.length / 12;
  const data = new Float32Array(cells.length);
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 12; c++) data[c * plane + i] = cells[12 * i + c] / UNIT;
  }
  return { data, dims: [1, 12, rows / 2, columns / 2] };
}
function storeLatents(tile, gains, out, strip) {
  const { data } = tile;
  const channels = gains.length;
  const plane = data.length / channels;
  const count = strip.right - strip.left;
  for (let row = 0; row < strip.rows; row++) {
    const start = (row * strip.columns + strip.left) * channels;
    for (let c = 0; c < channels; c++) {
      const gain = gains[c];
      const from = c * plane + (tile.top + row) * tile.columns + tile.left;
      for (let x = 0, to = start + c; x < count; x++, to += channels)
        out[to] = data[from + x] * gain;
    }
  }
}
function paddedPlanes(latents, channels, rows, columns, paddedRows, paddedColumns) {
  const data = new Float32Array(channels * paddedRows * paddedColumns);
  const plane = paddedRows * paddedColumns;
  for (let row = 0; row < paddedRows; row++) {
    for (let x = 0; x < paddedColumns; x++) {
      const from = (Math.min(row, rows - 1) * columns + Math.min(x, columns - 1)) * channels;
      const to = row * paddedColumns + x;
      for (let c = 0; c < channels; c++) data[c * plane + to] = latents[from + c];
    }
  }
  return data;
}
function quantizeHyperLatents(planes, count, offsets, cells) {
  const symbols = new Int16Array(count * cells);
  for (let cell = 0; cell < cells; cell++) {
    for (let c = 0; c < count; c++) {
      const value = Math.round(planes[c * cells + cell] - (offsets[c] ?? 0));
      symbols[cell * count + c] = Math.min(Math.max(value, -HYPER_LIMIT), HYPER_LIMIT);
    }
  }
  return symbols;
}

// src/codec/compass/encoder/quantize.ts
function quantize(latents, { pass, cells, means, scaleIndexes }, curvature) {
  const symbols = new Int16Array(scaleIndexes.length);
  const { first, channels } = cells.group(pass.fine);
  const runs = cells.runs(pass);
  for (let run3 = 0, inner = 0; run3 < runs.length; run3++, inner += channels) {
    const outer = runs[run3];
    if (outer === OUTSIDE) continue;
    for (let c = 0; c < channels; c++) {
      const table = scaleIndexes[inner + c];
      if (table === 0) continue;
      const exact = latents[outer + c] - means[inner + c] / MEAN_STEPS;
      let value = Math.round(exact);
      if (curvature && value !== 0) value = cheaper(exact, value, table, curvature[first + c]);
      symbols[inner + c] = Math.min(Math.max(value, -MAX_SYMBOL), MAX_SYMBOL);
    }
  }
  return symbols;
}
function cheaper(exact, symbol, table, curvature) {
  const smaller = symbol - Math.sign(symbol);
  const error = (of) => curvature / 2 * (exact - of) ** 2;
  const saved = symbolBits(table, symbol) - symbolBits(table, smaller);
  return error(smaller) - error(symbol) < saved ? smaller : symbol;
}

// src/codec/compass/encoder/refine.ts
var FIRST_STEP = 0.7;
var DECAY = 0.93;
async function descend(descent) {
  const { picture, cost: cost2, latents, attempt, steps } = descent;
  const priced = async (coded) => ({
    coded,
    cost: await cost2.of(picture, coded.latents, coded.bits)
  });
  let best = await priced(descent.first);
  let values = latents;
  let derivative = steps > 0 ? await cost2.derivative(picture, best.coded.latents) : void 0;
  for (let step = 0, part = FIRST_STEP; derivative && step < steps; step++) {
    const moved = towardsVertex(values, best.coded.latents, derivative, part);
    const tried = await priced(await attempt(moved, derivative.curvature));
    if (tried.cost < best.cost) {
      best = tried;
      values = moved;
      part *= DECAY;
      derivative = await cost2.derivative(picture, best.coded.latents);
    } else {
      part /= 2;
    }
  }
  return best;
}
function towardsVertex(values, { values: decoded }, { gradient, curvature }, part) {
  return values.map((value, i) => {
    const bend = curvature[i % curvature.length];
    const vertex = decoded[i] / MEAN_STEPS - gradient[i] / bend;
    return value + part * (vertex - value);
  });
}

// src/codec/compass/encoder/strip-cost.ts
var EMPHASIS = 2;
var LEAST_SIDE = 129;
var StripCost = class _StripCost {
  #table;
  #synthesis;
  #gradient;
  #gains;
  #lambda;
  #weights;
  constructor(table, synthesis, gradient, gains, lambda, weights) {
    this.#table = table;
    this.#synthesis = synthesis;
    this.#gradient = gradient;
    this.#gains = gains;
    this.#lambda = lambda;
    this.#weights = weights;
  }
  /** @param withGradient whether `derivative` will be called */
  static async load({ encoder, decoder }, { table, encoding }, kind, quality, withGradient) {
    const synthesis = await decoder.network(`${kind}-synthesis`);
    const gradient = withGradient ? await encoder.load(`${kind}-gradient`) : void 0;
    const gains = inverseGains(table, table[kind], quality);
    const lambda = EMPHASIS * (encoding.lambdas[quality - 1] ?? 0);
    const { share, [kind]: factors } = encoding.perceptual;
    const position = (quality - QUALITY_MIN) / (QUALITY_MAX - QUALITY_MIN);
    const factor = factors[Math.min(Math.floor(position * factors.length), factors.length - 1)] ?? 0;
    const weights = { squared: lambda * (1 - share), perceptual: lambda * share * factor };
    return new _StripCost(table, synthesis, gradient, gains, lambda, weights);
  }
  /** Cost of coded latents that take `bits` bits. */
  async of(strip, latents, bits) {
    const { rows, columns, prediction } = strip;
    const { values } = latents;
    const input = new Int16Array(values.length);
    dequantize(values, 0, values.length, this.#gains, this.#table.latentLimit, input, 0);
    const inputs = { latents: input, ...prediction ? { prediction } : {} };
    const { picture } = await this.#synthesis.run(inputs, rows, columns);
    return bits + this.#distortion(strip, picture ?? new Int16Array());
  }
  /** Cost of the prediction alone, which takes no bits. */
  ofPrediction(strip) {
    return this.#distortion(strip, strip.prediction ?? new Int16Array(strip.target.length));
  }
  /** lambda * distortion, in bits. */
  #distortion({ rows, columns, target }, picture) {
    const squared = squaredError(picture, target);
    if (Math.min(rows, columns) < LEAST_SIDE) return this.#lambda * squared;
    const pass = createSsimulacra2Pass(columns, rows);
    pass.write(cellsToRgb(target, rows, columns), cellsToRgb(picture, rows, columns));
    return this.#weights.squared * squared + this.#weights.perceptual * rows * columns * pass.distance();
  }
  /**
   * Derivative of lambda * squared error by each latent in coded units, [row][column][channel], and the curvature by
   * channel. The curvature is that of an orthonormal transform, which synthesis nearly is.
   */
  async derivative({ rows, columns, target, prediction }, { values }) {
    const { latents: channels, patch, latentSteps } = this.#table;
    const units = this.#gains.map((gain) => 16 * gain / latentSteps);
    const plane = values.length / channels;
    const data = new Float32Array(values.length);
    for (let i = 0; i < plane; i++) {
      for (let c = 0; c < channels; c++) {
        data[c * plane + i] = values[i * channels + c] / 16 * units[c];
      }
    }
    const feeds = {
      latents: { data, dims: [1, channels, rows / patch, columns / patch] },
      target: pictureTensor(target, rows, columns)
    };
    if (prediction) feeds.prediction = pictureTensor(prediction, rows, columns);
    const planes = (await this.#gradient?.run(feeds))?.gradient?.data ?? new Float32Array(values.length);
    const weight = this.#lambda * 255 * 255 / 3;
    const gradient = new Float32Array(values.length);
    for (let i = 0; i < plane; i++) {
      for (let c = 0; c < channels; c++) {
        gradient[i * channels + c] = planes[c * plane + i] * weight * units[c];
      }
    }
    return { gradient, curvature: units.map((unit) => 2 * weight * unit * unit) };
  }
};
function squaredError(picture, target) {
  let sum2 = 0;
  for (let i = 0; i < target.length; i++) {
    const sample = Math.min(Math.max(picture[i], 0), UNIT);
    const error = sample - target[i];
    sum2 += error * error;
  }
  return sum2 / (3 * SAMPLE_SCALE * SAMPLE_SCALE);
}

// src/codec/compass/encoder/latent-encoder.ts
var ANALYSIS_HALO = 2;
var TILE_LATENTS = 80;
var DOUBTFUL_BITS = 0.06;
var LatentEncoder = class _LatentEncoder {
  /** Coded strips by index. An empty one has no residual. */
  strips = [];
  #parts;
  #networks;
  #gain;
  #hyperOffset;
  constructor(parts, networks) {
    const { base, enhancement } = networks.encoding;
    const numbers = parts.predictor ? enhancement : base;
    this.#parts = parts;
    this.#networks = networks;
    this.#gain = atQuality(numbers.logGain, parts.quality).map(Math.exp);
    this.#hyperOffset = atQuality(numbers.sideOffset, parts.quality);
  }
  static async create(parts) {
    const { encoder, table, quality, predictor, refine } = parts;
    const kind = predictor ? "enhancement" : "base";
    const encoding = await loadEncoderTable(encoder);
    return new _LatentEncoder(parts, {
      analysis: await encoder.load(`${kind}-analysis`),
      hyperAnalysis: await encoder.load(`${kind}-side-analysis`),
      cost: await StripCost.load(parts, { table, encoding }, kind, quality, refine > 0),
      encoding
    });
  }
  /** Encodes a strip into `strips` and returns its latents as a decoder will have them. */
  async strip(strip) {
    const { model, tap, observe } = this.#parts;
    const latents = await observe("analysis", () => this.#analyse(strip));
    const coded = await this.#best(strip, latents);
    if (!coded) {
      this.strips[strip.index] = new Uint8Array();
      tap?.(strip.index, new Int16Array(), []);
      return emptyLatents(strip.latentRows);
    }
    const coder = createRansEncoder();
    coder.encode(model.hyperScaleIndexes(strip), coded.hyperSymbols);
    for (const { scaleIndexes, symbols: symbols2 } of coded.passes) coder.encode(scaleIndexes, symbols2);
    this.strips[strip.index] = coder.finish();
    const symbols = coded.passes.map((pass) => pass.symbols);
    tap?.(strip.index, coded.hyperSymbols, symbols);
    return coded.latents;
  }
  /** Codes these latents in the cheapest way found. Returns undefined when no residual is cheaper. */
  async #best(strip, latents) {
    const { refine, predictor, observe } = this.#parts;
    const hyperSymbols = await observe("analysis", () => this.#hyperSymbols(strip, latents));
    const features = await this.#parts.model.features(strip, hyperSymbols);
    const attempt = (values, curvature) => this.#attempt(strip, hyperSymbols, features, values, curvature);
    const first = await attempt(latents);
    const { patch } = this.#parts.table;
    const pixels = strip.latentRows * Math.ceil(this.#parts.picture.width / patch) * patch * patch;
    const isDoubtful = predictor !== void 0 && first.bits < DOUBTFUL_BITS * pixels;
    if (refine === 0 && !isDoubtful) return first;
    const picture = this.#stripPicture(strip);
    const { cost: cost2 } = this.#networks;
    const best = await descend({ picture, cost: cost2, latents, first, attempt, steps: refine });
    const isWorth = !isDoubtful || best.cost < cost2.ofPrediction(picture);
    return isWorth ? best.coded : void 0;
  }
  async #attempt(strip, hyperSymbols, features, latents, curvature) {
    const { model } = this.#parts;
    let bits = estimateBits(model.hyperScaleIndexes(strip), hyperSymbols);
    const passes = [];
    const decoded = await model.code(strip, features, (parameters) => {
      const { scaleIndexes } = parameters;
      const symbols = quantize(latents, parameters, curvature);
      bits += estimateBits(scaleIndexes, symbols);
      passes.push({ scaleIndexes, symbols });
      return symbols;
    });
    return { hyperSymbols, passes, latents: decoded, bits };
  }
  #stripPicture(strip) {
    const { picture, predictor, table } = this.#parts;
    const area = {
      top: strip.top,
      left: 0,
      rows: strip.latentRows * table.patch,
      columns: Math.ceil(picture.width / table.patch) * table.patch
    };
    return {
      rows: area.rows,
      columns: area.columns,
      target: sourceCells(picture, area),
      prediction: predictor && pictureCells(predictor.rows, picture.height, area)
    };
  }
  /** Computes a strip's latents in coded units, [row][column][channel]. */
  async #analyse(strip) {
    const { picture, predictor, observe } = this.#parts;
    const { patch, latents: channels } = this.#parts.table;
    const columns = Math.ceil(picture.width / patch);
    const first = Math.max(strip.latentTop - ANALYSIS_HALO, 0);
    const last = Math.min(
      strip.latentTop + strip.latentRows + ANALYSIS_HALO,
      Math.ceil(picture.height / patch)
    );
    if (predictor) await observe("synthesis", () => predictor.ensure(last * patch));
    const out = new Float32Array(channels * strip.latentRows * columns);
    for (const { left, right } of columnTiles(columns, TILE_LATENTS)) {
      const from = Math.max(left - ANALYSIS_HALO, 0);
      const wide = Math.min(right + ANALYSIS_HALO, columns) - from;
      const area = {
        top: first * patch,
        left: from * patch,
        rows: (last - first) * patch,
        columns: wide * patch
      };
      const tensor = (cells) => pictureTensor(cells, area.rows, area.columns);
      const feeds = { picture: tensor(sourceCells(picture, area)) };
      if (predictor) feeds.prediction = tensor(pictureCells(predictor.rows, picture.height, area));
      const { latents } = await this.#networks.analysis.run(feeds);
      const data = latents?.data ?? new Float32Array();
      const tile = { data, columns: wide, top: strip.latentTop - first, left: left - from };
      storeLatents(tile, this.#gain, out, { rows: strip.latentRows, columns, left, right });
      release(data, feeds.picture?.data, feeds.prediction?.data);
    }
    return out;
  }
  /** Computes the symbols of the hyper-latents from latents padded by replication to the stride of the hyper-latents. */
  async #hyperSymbols(strip, latents) {
    const { table, picture, model } = this.#parts;
    const { sideStride, latents: channels } = table;
    const columns = Math.ceil(picture.width / table.patch);
    const [rows, wide] = [strip.hyperRows * sideStride, strip.hyperColumns * sideStride];
    const data = paddedPlanes(latents, channels, strip.latentRows, columns, rows, wide);
    const dims = [1, channels, rows, wide];
    const { side: planes } = await this.#networks.hyperAnalysis.run({ latents: { data, dims } });
    const cells = strip.hyperRows * strip.hyperColumns;
    return quantizeHyperLatents(
      planes?.data ?? new Float32Array(),
      model.table.side,
      this.#hyperOffset,
      cells
    );
  }
};

// src/codec/compass/encoder/verify.ts
async function verifyFile(file, options) {
  const hashes = new SymbolHashes();
  const open = await openFile(file, options);
  const latents = await openLatents(file, open, options, ["pixels"], { tap: (layer) => hashes.tap(layer) });
  const decoded = (await openPictures(open, options, latents)).at(-1);
  if (!decoded) throw new StrataError("INTERNAL", "verifyFile: expected a file with layers");
  for (let top = 0; top < decoded.height; top += STRIP_ROWS) {
    const bottom = Math.min(top + STRIP_ROWS, decoded.height);
    await decoded.ensure(bottom);
    const digest2 = await sha256(decoded.rgb(top, bottom));
    if (hex(digest2) !== hex(options.reconstruction[top / STRIP_ROWS] ?? new Uint8Array())) {
      throw new StrataError("VERIFY_FAILED", `rows from ${top}: the decoded pixels differ from the encoder's`);
    }
    decoded.rows.discard(bottom);
  }
  const symbols = await hashes.layers();
  for (const [layer, expected] of options.symbols.entries()) {
    if (symbols[layer] !== expected) {
      throw new StrataError(
        "VERIFY_FAILED",
        `layer ${layer}: the ${options.runtime.name} runtime decoded symbols that differ from the encoder's`
      );
    }
  }
}

// src/codec/compass/encoder/encode.ts
var PREDICTED = 1;
async function encodePicture(image, options) {
  const encoded = await encodeLayers(image, options);
  const file = encoded.write();
  if (options.verify) await encoded.verify(file);
  return file;
}
async function encodeLayers(image, options, receive) {
  const { encoder, decoder, ladder, signal, observe = unobserved } = options;
  checkLadder(ladder, image.width);
  const table = await loadDecoderTable(decoder);
  const hashes = new SymbolHashes();
  const layers = [];
  for (const [index, rung] of ladder.entries()) {
    throwIfAborted(signal);
    layers.push(await openLayer(image, rung, index, table, layers.at(-1), options, hashes));
  }
  const reconstruction = [];
  const hashRows = (rows) => void reconstruction.push(sha256(rows));
  const receivers = [...options.verify ? [hashRows] : [], ...receive ? [receive] : []];
  await encodeStrips(layers, table, receivers, observe);
  return {
    write: (scores = []) => writeStrata({
      source: { width: image.width, height: image.height, sha256: hex(options.sha256) },
      modelSet: encoder.manifest.modelSet,
      layers: layers.map(({ info, writer: { strips } }, index) => {
        const flags = strips.every((strip) => strip.length === 0) ? PREDICTED : 0;
        return { ...info, flags, score: scores[index] ?? 0, strips };
      }),
      placeholder: options.placeholder
    }),
    verify: async (file) => {
      const expected = { symbols: await hashes.layers(), reconstruction: await Promise.all(reconstruction) };
      await observe("verify", () => verifyFile(file, { runtime: decoder, ...expected, signal }));
    }
  };
}
async function openLayer(image, rung, index, table, below, options, hashes) {
  const { encoder, decoder, signal, observe = unobserved } = options;
  const { width, quality } = rung;
  const height = layerHeight(width, image.width, image.height);
  const own2 = { index, coding: "compass", width, height, quality };
  const info = { ...own2, flags: 0, checksum: 0, score: 0, start: 0, end: 0 };
  const geometry = layerGeometry(info, table);
  const source = width === image.width ? image : await observe("resize", () => options.resize(image, width, height));
  const model = await EntropyModel.load(decoder, table, info, geometry, below);
  const predictor = below && await Predictor.create(decoder, below.picture, width, height, kernelsOf(decoder).liff);
  const writer = await LatentEncoder.create({
    ...{ encoder, decoder, table, quality, picture: source, model, predictor },
    tap: hashes.tap(index),
    refine: options.refine ?? 0,
    observe
  });
  const top = index === options.ladder.length - 1;
  const latents = new StripCache(geometry, top ? ["pixels"] : ["pixels", "context"], (strip) => {
    throwIfAborted(signal);
    return observe("coding", () => writer.strip(stripGeometry(geometry, strip, table)));
  });
  const picture = await LayerPicture.create(decoder, table, quality, latents, predictor);
  return { info, writer, latents, predictor, picture };
}
async function encodeStrips(layers, table, receivers, observe) {
  for (const layer of layers.toReversed()) {
    const { info, writer, latents, predictor, picture } = layer;
    const top = info.index === layers.length - 1;
    for (let strip = 0; strip < latents.geometry.strips; strip++) {
      if (!writer.strips[strip]) await latents.strip(strip);
      if (!top) continue;
      if (receivers.length > 0) {
        const [first, last] = [strip * STRIP_ROWS, Math.min((strip + 1) * STRIP_ROWS, info.height)];
        await observe("synthesis", () => picture.ensure(last));
        const rows = picture.rgb(first, last);
        for (const receive of receivers) receive(rows, first);
        picture.rows.discard(last);
      } else {
        latents.release("pixels", strip + 1);
        predictor?.rows.discard((strip + 1) * STRIP_ROWS - table.enhancement.haloRows);
      }
    }
  }
}

// src/codec/quality-search.ts
var SCORE_TOLERANCE = 1;
var MAX_TRIES = 5;
var FLATTEST = 0.1;
var USUAL_SCORES = [
  [1, 30],
  [10, 44],
  [25, 56.5],
  [40, 66.5],
  [55, 74.5],
  [70, 81],
  [85, 85.5],
  [100, 88]
];
async function searchQualities(ladder, layers, target, score) {
  const chosen = [];
  const scores = [];
  let guess = qualityAt(target);
  for (const [index, rung] of ladder.entries()) {
    if (!layers.includes(index)) {
      chosen.push(rung);
      scores.push(void 0);
      continue;
    }
    const best = await searchLayer(guess, target, (quality) => score([...chosen, { ...rung, quality }]));
    guess = best.quality;
    chosen.push({ ...rung, quality: best.quality });
    scores.push(best.score);
  }
  return { ladder: chosen, scores };
}
async function searchLayer(guess, target, score) {
  const tries = [];
  let quality = guess;
  while (quality !== void 0 && tries.length < MAX_TRIES) {
    const reached = await score(quality);
    if (reached === void 0) return { quality };
    tries.push({ quality, score: reached });
    quality = nextQuality(tries, target);
  }
  return nearest(tries, target);
}
function nextQuality(tries, target) {
  const best = nearest(tries, target);
  if (Math.abs(best.score - target) <= SCORE_TOLERANCE) return void 0;
  const below = tries.filter(({ score }) => score < target).sort((a, b) => b.quality - a.quality)[0];
  const above = tries.filter(({ score }) => score >= target).sort((a, b) => a.quality - b.quality)[0];
  const low = (below?.quality ?? 0) + 1;
  const high = (above?.quality ?? 101) - 1;
  if (low > high) return void 0;
  const wished = below && above ? below.quality + (above.quality - below.quality) * (target - below.score) / (above.score - below.score) : best.quality + stepTo(target, best, tries);
  return Math.min(Math.max(Math.round(wished), low), high);
}
function stepTo(target, best, tries) {
  const usual = qualityAt(target) - qualityAt(best.score);
  const byQuality = [...tries].sort((a, b) => a.quality - b.quality);
  const [low, high] = [byQuality[0], byQuality.at(-1)];
  if (tries.length < 2 || !low || !high) return usual;
  const slope = Math.max((high.score - low.score) / (high.quality - low.quality), FLATTEST);
  return (target - best.score) / slope;
}
function nearest(tries, target) {
  return tries.reduce((a, b) => Math.abs(b.score - target) < Math.abs(a.score - target) ? b : a);
}
function qualityAt(score) {
  const upper = USUAL_SCORES.findIndex(([, usual]) => usual >= score);
  const [to, from] = [USUAL_SCORES.at(upper), USUAL_SCORES.at(Math.max(upper - 1, 0))];
  if (upper <= 0 || !to || !from) return upper === 0 ? 1 : 100;
  return Math.round(from[0] + (to[0] - from[0]) * (score - from[1]) / (to[1] - from[1]));
}

// src/node/encode-to-score.ts
async function encodeToScore(image, { score: target, layers }, options) {
  const sources = /* @__PURE__ */ new Map();
  const resize = (picture, width, height) => {
    const source = sources.get(width) ?? options.resize(picture, width, height);
    sources.set(width, source);
    return source;
  };
  let latest;
  async function score(ladder) {
    const { width } = ladder.at(-1);
    const height = layerHeight(width, image.width, image.height);
    if (Math.min(width, height) < SMALLEST_SIDE) return void 0;
    const source = width === image.width ? image : await resize(image, width, height);
    const pass = createSsimulacra2Pass(width, height);
    const encoded2 = await encodeLayers(image, { ...options, resize, ladder }, (rows, top) => {
      const from = 3 * width * top;
      pass.write(source.data.subarray(from, from + rows.length), rows);
    });
    latest = { ladder, encoded: encoded2 };
    return pass.score();
  }
  const found = await searchQualities(options.ladder, layers, target, score);
  const isLatest = latest !== void 0 && sameQualities(latest.ladder, found.ladder);
  const encoded = isLatest ? latest.encoded : await encodeLayers(image, { ...options, resize, ladder: found.ladder });
  const file = encoded.write(
    found.scores.map((value) => value === void 0 ? 0 : Math.min(Math.max(Math.round(value), 1), 100))
  );
  if (options.verify) await encoded.verify(file);
  return file;
}
function sameQualities(a, b) {
  return a.length === b.length && a.every(({ quality }, i) => quality === b[i].quality);
}

// src/node/compose.ts
async function composeEncode(options) {
  const [encoder, decoder] = [await createRuntime("node"), await createRuntime("wasm")];
  return async (image, request) => {
    const { observe = unobserved } = request;
    const placeholder = request.placeholder ?? await observe("placeholder", () => placeholderCode(image, decoder));
    const { search, ...rest } = request;
    const parts = { ...rest, encoder, decoder, verify: options.verify, ...placeholder && { placeholder } };
    return search ? await encodeToScore(image, search, parts) : await encodePicture(image, parts);
  };
}

// ../choice-pick.ts
var encode = await composeEncode({ verify: false });
var pics = 0;
var n = 0;
for (const f of process.argv.slice(2)) {
  const p = withoutNeedlessAlpha(await decodePicture(await openPicture(new Uint8Array(readFileSync(f))), {}));
  const c = process.cpuUsage();
  const r = await chooseCoding(p, { parameters: {}, encode });
  const d = process.cpuUsage(c);
  n++;
  if (r.pictures) pics++;
  const ratio = r.trials.reduce((a, x) => a + (x.compass ?? NaN), 0) / r.trials.reduce((a, x) => a + Math.min(...Object.values(x.bytes)), 0);
  console.log(r.pictures ? "PICTURES" : "compass ", look(p).padEnd(12), r.trials.length ? ratio.toFixed(2) : "-   ", ((d.user + d.system) / 1e6).toFixed(1) + "s", basename(f), p.width + "x" + p.height);
}
console.log(n, "pictures, as pictures:", pics);
