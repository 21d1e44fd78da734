import { cString, type LibraryPaths, loadTensorFlow, readCString, type TensorFlowApi } from "./c_api.ts";

/** One device of the context, as TensorFlow names it. */
export interface Device {
  readonly name: string;
  readonly type: string;
}

/** A loaded libtensorflow with its eager context: what every other file here works on. */
export interface Context {
  readonly api: TensorFlowApi;
  readonly handle: Deno.PointerValue;
  readonly version: string;
  readonly devices: readonly Device[];
  /** The GPU that tensors are put on, or null. */
  readonly gpu: string | null;
  /** The status that synchronous calls report into. */
  readonly status: Deno.PointerValue;
  /** Throws when the last synchronous call failed; `what` says what was tried. */
  check(what: () => string): void;
}

/** An error that TensorFlow itself reported. */
export class TensorFlowError extends Error {
  override name = "TensorFlowError";
}

export interface ContextOptions {
  /** Threads inside one op (`RECSCALE_THREADS`). 0 = TensorFlow's choice, one a core. */
  readonly intraOpThreads?: number;
  /**
   * Ops of a step that run at a time, each in a thread of its own that hands the work inside to the `intraOpThreads`.
   * 0 = TensorFlow's choice, one a core. Results are the same to the rounding of sums for every pair of counts, and bit
   * for bit for the same pair.
   */
  readonly interOpThreads?: number;
  /** Makes this process one worker of a cluster whose collectives its steps may use. */
  readonly cluster?: ClusterMember;
}

/** One worker of a cluster: `addresses[i]` ("host:port") is the address of task `firstTask + i`. */
export interface ClusterMember {
  readonly addresses: readonly string[];
  /** Index of this process in `addresses`. */
  readonly rank: number;
}

/** Ranks within a collective group follow the STRING order of task names, so all have four digits. */
const FIRST_TASK = 1000;

/** Opens a context on a library. */
export function openContext(library: LibraryPaths, options: ContextOptions = {}): Context {
  const api = loadTensorFlow(library);
  const status = api.TF_NewStatus();
  const check = (what: () => string) => {
    if (api.TF_GetCode(status) === 0) return;
    const message = readCString(api.TF_Message(status)); // before `what`, which may ask TensorFlow for shapes
    throw new TensorFlowError(`${what()}: ${message}`);
  };
  const config = configProto(options);
  const contextOptions = api.TFE_NewContextOptions();
  let handle: Deno.PointerValue;
  try {
    api.TFE_ContextOptionsSetConfig(contextOptions, config, BigInt(config.length), status);
    check(() => "Cannot set TensorFlow's thread counts");
    handle = api.TFE_NewContext(contextOptions, status);
    check(() => "Cannot open a TensorFlow context");
  } finally {
    api.TFE_DeleteContextOptions(contextOptions);
  }
  if (options.cluster) {
    const server = serverDef(options.cluster, config);
    api.TFE_EnableCollectiveOps(handle, server, BigInt(server.length), status);
    check(() =>
      `Cannot join the cluster as worker ${options.cluster?.rank} of ${options.cluster?.addresses.join(", ")}`
    );
  }
  const devices = listDevices(api, handle, status);
  const gpu = devices.find((device) => device.type === "GPU")?.name ?? null;
  return { api, handle, status, check, devices, gpu, version: readCString(api.TF_Version()) };
}

function listDevices(api: TensorFlowApi, handle: Deno.PointerValue, status: Deno.PointerValue): Device[] {
  const list = api.TFE_ContextListDevices(handle, status);
  const devices = Array.from({ length: api.TF_DeviceListCount(list) }, (_, i) => ({
    name: readCString(api.TF_DeviceListName(list, i, status)),
    type: readCString(api.TF_DeviceListType(list, i, status)),
  }));
  api.TF_DeleteDeviceList(list);
  return devices;
}

/** `ConfigProto` in protocol-buffer wire format: intra-op threads (2), inter-op threads (5), collective leader (16.1). */
function configProto({ intraOpThreads = 0, interOpThreads = 0, cluster }: ContextOptions): Uint8Array<ArrayBuffer> {
  const leader = cluster ? field(16, field(1, text(`/job:worker/replica:0/task:${FIRST_TASK}`))) : [];
  return Uint8Array.from([...varintField(2, intraOpThreads), ...varintField(5, interOpThreads), ...leader]);
}

/** `ServerDef`: cluster (1) { job (1) { name (1), tasks (2) map } }, job_name (2), task_index (3), config (4), protocol (5). */
function serverDef({ addresses, rank }: ClusterMember, config: Uint8Array): Uint8Array<ArrayBuffer> {
  const tasks = addresses.flatMap((address, i) =>
    field(2, [...varintField(1, FIRST_TASK + i), ...field(2, text(address))])
  );
  const cluster = field(1, [...field(1, text("worker")), ...tasks]);
  return Uint8Array.from([
    ...field(1, cluster),
    ...field(2, text("worker")),
    ...varintField(3, FIRST_TASK + rank),
    ...field(4, [...config]),
    ...field(5, text("grpc")),
  ]);
}

const text = (s: string): number[] => [...cString(s)].slice(0, -1);

function varint(value: number): number[] {
  const bytes: number[] = [];
  do bytes.push((value & 0x7f) | (value > 0x7f ? 0x80 : 0)); while ((value >>>= 7) > 0);
  return bytes;
}
const varintField = (number: number, value: number): number[] => [...varint(number << 3), ...varint(value)];
const field = (
  number: number,
  body: number[],
): number[] => [...varint((number << 3) | 2), ...varint(body.length), ...body];
