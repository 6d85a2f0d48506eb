/** The file by which the system's service manager starts the stack: where it lies and what it says. */
import { join } from 'node:path';

/** What the file is made from. */
export interface ServiceFacts {
  /** `process.platform`. */
  readonly platform: string;
  /** The user's home. */
  readonly home: string;
  /** `XDG_CONFIG_HOME`; null: `~/.config`. */
  readonly configHome: string | null;
  /** Absolute path of the `nightloom` launcher. */
  readonly launcher: string;
  /** State directory that the service works on. */
  readonly stateDirectory: string;
  /** PATH for the stack: agents and git are found on it. */
  readonly path: string;
}

/** A service manager's file and the commands around it. */
export interface ServiceFile {
  readonly manager: 'systemd' | 'launchd';
  readonly file: string;
  readonly text: string;
  /** Turn it on: each an argv. */
  readonly enable: readonly [string, ...string[]][];
  /** Stop it and turn it off. */
  readonly disable: readonly [string, ...string[]][];
  /** Exit 0 when it is on. */
  readonly ask: readonly [string, ...string[]];
  /** What else may be wanted: what for, and the command. */
  readonly also: readonly { readonly why: string; readonly command: string }[];
}

const UNIT = 'nightloom.service';
const LABEL = 'dev.nightloom.stack';

/** The file for this platform; null where there is no service manager that we know. */
export function serviceFile(facts: ServiceFacts): ServiceFile | null {
  if (facts.platform === 'linux') return systemd(facts);
  return facts.platform === 'darwin' ? launchd(facts) : null;
}

/** systemd.service(5): with KillMode=process agents outlive a stop, as they do everywhere else. */
function systemd(facts: ServiceFacts): ServiceFile {
  const folder = join(facts.configHome ?? join(facts.home, '.config'), 'systemd', 'user');
  const text = [
    '[Unit]',
    'Description=Nightloom: batches of coding-agent tasks',
    'After=network-online.target',
    '',
    '[Service]',
    // Only in a command `$` begins a variable.
    `ExecStart=${quoted(facts.launcher).replaceAll('$', '$$$$')} up`,
    `Environment=${quoted(`NIGHTLOOM_HOME=${facts.stateDirectory}`)}`,
    `Environment=${quoted(`PATH=${facts.path}`)}`,
    'EnvironmentFile=-%h/.config/nightloom/environment',
    'KillMode=process',
    'TimeoutStopSec=60',
    'Restart=on-failure',
    'RestartSec=10',
    '',
    '[Install]',
    'WantedBy=default.target',
    '',
  ];
  return {
    manager: 'systemd',
    file: join(folder, UNIT),
    text: text.join('\n'),
    enable: [
      ['systemctl', '--user', 'daemon-reload'],
      ['systemctl', '--user', 'enable', '--now', UNIT],
    ],
    disable: [['systemctl', '--user', 'disable', '--now', UNIT]],
    ask: ['systemctl', '--user', 'is-enabled', UNIT],
    also: [{ why: 'So that it starts before you log in', command: 'loginctl enable-linger' }],
  };
}

/** A word of a unit file: `%` begins a specifier there. */
function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')}"`;
}

/** launchd.plist(5): AbandonProcessGroup keeps it from ending what is left of the group. */
function launchd(facts: ServiceFacts): ServiceFile {
  const file = join(facts.home, 'Library', 'LaunchAgents', `${LABEL}.plist`);
  const log = join(facts.stateDirectory, 'logs', 'up.log');
  const pairs = [
    ['Label', string(LABEL)],
    ['ProgramArguments', `<array>${string(facts.launcher)}${string('up')}</array>`],
    [
      'EnvironmentVariables',
      dict([
        ['NIGHTLOOM_HOME', string(facts.stateDirectory)],
        ['PATH', string(facts.path)],
      ]),
    ],
    ['RunAtLoad', '<true/>'],
    ['KeepAlive', dict([['SuccessfulExit', '<false/>']])],
    ['ThrottleInterval', '<integer>10</integer>'],
    ['AbandonProcessGroup', '<true/>'],
    ['StandardOutPath', string(log)],
    ['StandardErrorPath', string(log)],
  ] as const;
  const text = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    `<plist version="1.0">${dict(pairs)}</plist>`,
    '',
  ];
  return {
    manager: 'launchd',
    file,
    text: text.join('\n'),
    enable: [['launchctl', 'load', '-w', file]],
    disable: [['launchctl', 'unload', '-w', file]],
    ask: ['launchctl', 'list', LABEL],
    also: [],
  };
}

function dict(pairs: readonly (readonly [string, string])[]): string {
  return `<dict>\n${pairs.map(([key, value]) => `<key>${key}</key>${value}`).join('\n')}\n</dict>`;
}

function string(text: string): string {
  return `<string>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</string>`;
}
