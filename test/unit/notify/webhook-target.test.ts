/** Which addresses webhooks may call. */
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/contracts/errors.ts';
import { asId } from '../../../src/contracts/ids.ts';
import { signatureOf, webhookSecret } from '../../../src/notify/webhook-signature.ts';
import { checkTarget, isPublicAddress } from '../../../src/notify/webhook-target.ts';

function codeOf(url: string, trusted: readonly string[] = []): string {
  try {
    checkTarget(url, trusted);
    return 'ok';
  } catch (error) {
    return AppError.is(error) ? error.code : 'no error of ours';
  }
}

describe('addresses', () => {
  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.9.9.9',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::7f00:1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '2002:7f00:1::',
    'fc00::1',
    'fd12::1',
    'fe80::1',
    'ff02::1',
    'no address',
  ])('%s is not public', (address) => expect(isPublicAddress(address)).toBe(false));

  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '2a00:1450:4001::1',
    '::ffff:8.8.8.8',
  ])('%s is public', (address) => expect(isPublicAddress(address)).toBe(true));
});

describe('targets', () => {
  it.each([
    ['https://hooks.example.org/x?y=1', 'ok'],
    ['https://8.8.8.8/', 'ok'],
    ['http://hooks.example.org/', 'webhook_target_refused'],
    ['https://localhost/', 'webhook_target_refused'],
    ['https://api.localhost:8443/', 'webhook_target_refused'],
    ['https://127.0.0.1/', 'webhook_target_refused'],
    ['https://2130706433/', 'webhook_target_refused'],
    ['https://0x7f.1/', 'webhook_target_refused'],
    ['https://[::1]:9/', 'webhook_target_refused'],
    ['https://[::ffff:127.0.0.1]/', 'webhook_target_refused'],
    ['https://169.254.169.254/latest/meta-data', 'webhook_target_refused'],
    ['https://user:pass@hooks.example.org/', 'invalid_input'],
    ['ftp://hooks.example.org/', 'invalid_input'],
    ['file:///etc/passwd', 'invalid_input'],
    ['hooks.example.org', 'invalid_input'],
  ])('%s: %s', (url, verdict) => expect(codeOf(url)).toBe(verdict));

  it('takes hosts that the user named, with any port or with that one', () => {
    expect(codeOf('http://localhost:9000/', ['localhost'])).toBe('ok');
    expect(codeOf('http://127.0.0.1:9000/', ['127.0.0.1:9000'])).toBe('ok');
    expect(codeOf('http://127.0.0.1:9001/', ['127.0.0.1:9000'])).toBe('webhook_target_refused');
    expect(codeOf('http://[::1]:9/', ['[::1]'])).toBe('ok');
  });
});

describe('signatures', () => {
  it('are those of Standard Webhooks', () => {
    const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
    const signature = signatureOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', id, 1_614_265_330, '{"test": 2432232314}');
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('secrets differ by installation, webhook and number', () => {
    const [a, b] = [asId('webhook', 'w_aaaaaaaaaa'), asId('webhook', 'w_bbbbbbbbbb')];
    const secrets = [
      webhookSecret('x', a, 1),
      webhookSecret('y', a, 1),
      webhookSecret('x', b, 1),
      webhookSecret('x', a, 2),
    ];
    expect(new Set(secrets).size).toBe(4);
    expect(secrets[0]).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  });
});
