/** Link to a batch's workflow in the Temporal Web UI. */
import { useQuery } from '@tanstack/react-query';
import { isId } from '../../../../src/contracts/ids.ts';
import { batchWorkflowId } from '../../../../src/contracts/names.ts';
import { statusQuery } from '../../data/queries.ts';
import { ExternalIcon } from '../../ui/icons.tsx';
import { Fact } from '../../ui/facts.tsx';

const NAMESPACE = 'default';

/** Nothing when there is no Web UI. */
export function TemporalLink({ batchId }: { readonly batchId: string }) {
  const { data } = useQuery(statusQuery());
  const { temporalUiUrl = null, installation = null } = data ?? {};
  if (temporalUiUrl === null || installation === null) return null;
  if (!isId('installation', installation) || !isId('batch', batchId)) return null;
  const workflow = encodeURIComponent(batchWorkflowId(installation, batchId));
  return (
    <Fact name="Workflow">
      <a
        href={`${temporalUiUrl.replace(/\/$/, '')}/namespaces/${NAMESPACE}/workflows/${workflow}`}
        target="_blank"
        rel="noreferrer"
      >
        Temporal Web UI <ExternalIcon />
      </a>
    </Fact>
  );
}
