export { ensureLibrary } from "./ensure_library.ts";
export { findLibrary, installedLibrary } from "./find_library.ts";
export { folderBytes } from "./folder_bytes.ts";
export { cacheFolder, type Host, libraryFolder, nvidiaDriver, thisHost, wantsCuda } from "./host.ts";
export { type Library, OLDEST_TENSORFLOW, TENSORFLOW_VERSION } from "./library.ts";
export { recallLibrary } from "./remembered_library.ts";
export { findPython, type Python } from "./python.ts";
