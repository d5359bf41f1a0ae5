/** A program whose presence keeps the machine from falling asleep. */
export interface AwakeProgram {
  readonly file: string
  readonly args: readonly string[]
}

/** Windows: `SetThreadExecutionState(ES_CONTINUOUS | ES_SYSTEM_REQUIRED)`, held while that shell lives. */
const windowsScript = [
  `$held = Add-Type -PassThru -Name Awake -Namespace Orch -MemberDefinition '[DllImport("kernel32.dll")] public static extern uint SetThreadExecutionState(uint flags);'`,
  '[void]$held::SetThreadExecutionState([uint32]"0x80000001")',
  `while (Get-Process -Id PID -ErrorAction SilentlyContinue) { Start-Sleep -Seconds 5 }`,
].join('; ')

/** What to start on a platform, so that it ends by itself when the process `pid` is gone; null: nothing is known for it. */
export function awakeProgram(platform: NodeJS.Platform, pid: number): AwakeProgram | null {
  switch (platform) {
    case 'darwin':
      return { file: 'caffeinate', args: ['-i', '-m', '-w', String(pid)] }
    case 'linux': {
      const why = ['--what=sleep:idle', '--who=orch', '--why=milestones are being carried out', '--mode=block']
      return { file: 'systemd-inhibit', args: [...why, 'tail', '-f', '/dev/null', `--pid=${pid}`] }
    }
    case 'win32':
      return { file: 'powershell.exe', args: ['-NoProfile', '-NonInteractive', '-Command', windowsScript.replace('PID', String(pid))] }
    default:
      return null
  }
}
