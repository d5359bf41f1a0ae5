import fs from 'node:fs/promises'

/** An open file, as far as durable writing needs it. */
export interface DiskFile {
  appendFile(data: string): Promise<void>
  /** To the disk, with everything that describes the file. */
  sync(): Promise<void>
  /** To the disk, with as much description as is needed to read it back. */
  datasync(): Promise<void>
  truncate(length: number): Promise<void>
  close(): Promise<void>
}

/** The calls that make something durable. Passed in, so that a test can count them and let them fail. */
export interface Disk {
  open(path: string, flags: string, mode?: number): Promise<DiskFile>
  rename(from: string, to: string): Promise<void>
  link(existing: string, path: string): Promise<void>
  copyFile(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
}

/** The real disk. */
export const realDisk: Disk = fs
