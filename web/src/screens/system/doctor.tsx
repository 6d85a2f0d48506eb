/** What work on the host needs, and what repairs it where something is missing. */
import { useQuery } from '@tanstack/react-query';
import type { DoctorCheck } from '../../../../src/contracts/doctor-routes.ts';
import { doctorQuery } from '../../data/machine.ts';
import { plural } from '../../model/format.ts';
import type { Tone } from '../../model/words.ts';
import { Button } from '../../ui/button.tsx';
import { Section } from '../../ui/page.tsx';
import { Repair } from '../../ui/repair.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { StatusLabel } from '../../ui/status.tsx';

const TONES: Readonly<Record<DoctorCheck['level'], Tone>> = { error: 'bad', warning: 'wait', info: 'good' };

/** See above. Starts programs on the host, so it looks when the screen is opened or when it is asked to. */
export function Doctor() {
  const { data, error, refetch, isFetching } = useQuery(doctorQuery());
  if (data === undefined) {
    return (
      <Section title="Doctor">
        {error === null ? <Loading what="the checks" /> : <Failed error={error} onRetry={() => void refetch()} />}
      </Section>
    );
  }
  const failed = data.items.filter(({ ok }) => !ok).length;
  return (
    <Section
      title="Doctor"
      note={
        <StatusLabel
          tone={failed === 0 ? 'good' : 'bad'}
          word={failed === 0 ? 'Nothing is missing' : `${plural(failed, 'check')} failed`}
        />
      }
      actions={
        <Button size="s" label="Check again" isPending={isFetching} onPress={() => void refetch()}>
          Check again
        </Button>
      }
    >
      <ul className="list" aria-label="Checks of the machine">
        {data.items.map((check) => (
          <li key={check.name} className="list-row system-row">
            <StatusLabel tone={TONES[check.level]} word={check.name} />
            <span className="wrap-text">{check.message}</span>
            {check.repair !== null && <Repair text={check.repair} />}
          </li>
        ))}
      </ul>
    </Section>
  );
}
