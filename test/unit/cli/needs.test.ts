import { describe, expect, it } from 'vitest';
import { needsByTask, whenNeededFailedOf } from '../../../src/cli/needs.ts';

const TASKS = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];

describe('--after', () => {
  it('says which task needs which, in one flag or several', () => {
    const needs = needsByTask({ after: ['a=b', 'a=c,t_aaaaaaaaaa', 'b=c'] }, TASKS);
    expect([...needs]).toEqual([
      ['a', ['b', 'c', 't_aaaaaaaaaa']],
      ['b', ['c']],
    ]);
  });

  it.each(['a', 'a=', '=b', 'a=,'])('of another form (%s) is refused with the form', (text) => {
    expect(() => needsByTask({ after: [text] }, TASKS)).toThrow(`--after ${text} does not say`);
  });

  it('of a task that is not to be made is refused with those that are', () => {
    expect(() => needsByTask({ after: ['z=a'] }, TASKS)).toThrow('z is not one of the tasks');
  });

  it('comes with what to do when a needed task did not end well', () => {
    expect(whenNeededFailedOf({})).toBe('skip');
    expect(whenNeededFailedOf({ after: ['a=b'], whenNeededFailed: 'hold' })).toBe('hold');
    expect(() => whenNeededFailedOf({ after: ['a=b'], whenNeededFailed: 'never' })).toThrow('skip, run, hold');
    expect(() => whenNeededFailedOf({ whenNeededFailed: 'run' })).toThrow('without --after');
  });
});
