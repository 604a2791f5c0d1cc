/**
 * What one does with a webhook beside changing it; ours, under the current prefix only (contract 04, section
 * 5.4): try it, send again all that failed since a time, and give it a new secret while the old one still
 * holds.
 */
import { Type } from 'typebox'
import { newUuid } from '../../core/ids.ts'
import { missedDeliveries } from '../../delivery/missed.ts'
import { sampleEvent } from '../../delivery/sample-event.ts'
import { makeSends } from '../../delivery/send.ts'
import { SECRET_MAX_CHARACTERS, SECRET_MIN_CHARACTERS } from '../../delivery/subscription-settings.ts'
import { rotateSecret } from '../../delivery/webhook.ts'
import type { Subscription } from '../../event/subscription.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps } from '../http/deps.ts'
import { done, problems, refuse } from '../http/problem.ts'
import { ById, findSubscription, type Mount } from './webhook-mount.ts'
import { DeliveryRecord, deliveryRecord, Webhook, webhookRecord } from './webhook-wire.ts'

/** Opened by one call at most; a second call opens the next ones. */
const RECOVER_MAX = 10_000
const OVERLAP_HOURS = 24
const OVERLAP_HOURS_MAX = 24 * 7

export function registerActions(mount: Mount): void {
  registerTest(mount)
  registerRecover(mount)
  registerRotateSecret(mount)
}

function registerTest({ server, deps, path, about }: Mount): void {
  server.post(
    `${path}/:id/actions/test`,
    {
      schema: {
        summary: 'Send a test event, now',
        description:
          'Extension. A finished event of no reload, with `test: "true"`; answers the record of the send, also when it failed. It does not count as a failure of the webhook.',
        ...about('testWebhook'),
        params: ById,
        response: { 201: DeliveryRecord, ...problems(404) },
      },
    },
    async (request, reply) => {
      const subscription = await findSubscription(deps, request)
      const { channel, store, world } = deps
      const addressed = {
        event: sampleEvent(world, subscription),
        deliveryId: newUuid<'delivery'>(world.random),
      }
      const [made] = await makeSends({ ...world, channel }, [addressed], subscription)
      await store.addSend(made!.send, () => undefined)
      return reply.code(201).send(deliveryRecord(made!.send))
    },
  )
}

function registerRecover({ server, deps, path, about }: Mount): void {
  server.post(
    `${path}/:id/actions/recover`,
    {
      schema: {
        summary: 'Send again what failed since a time',
        description: `Extension. Opens every delivery that was exhausted or given up and whose event is of \`since\` or later, at most ${RECOVER_MAX} a call: each is sent with the same event id by the usual schedule. With \`missed\` also events that match the webhook as it is and that it never had, as while it was disabled, each once. \`dryRun\` only counts. 409 while the webhook is disabled.`,
        ...about('recoverWebhook'),
        params: ById,
        body: Type.Object({
          since: Type.String({ format: 'date-time' }),
          dryRun: Type.Optional(Type.Boolean()),
          missed: Type.Optional(
            Type.Boolean({ description: 'Also events that it never had because it was disabled' }),
          ),
        }),
        response: {
          202: Type.Object({
            deliveries: Type.Integer({ description: 'Opened, or with dryRun to be opened' }),
            more: Type.Boolean({ description: 'There may be more: call again' }),
          }),
          ...problems(400, 404, 409, 413, 415),
        },
      },
    },
    async (request, reply) => {
      const subscription = await findSubscription(deps, request)
      const { id: subscriptionId, enabled } = subscription
      const { dryRun = false, missed = false } = request.body
      const since = Date.parse(request.body.since)
      if (!enabled && !dryRun) {
        throw refuse('conflict', { detail: 'the webhook is disabled: enable it first' })
      }
      const deliveries = await deps.store.reopenDeliveries({
        subscriptionId,
        since,
        now: deps.world.clock.now(),
        max: RECOVER_MAX,
        dryRun,
      })
      const room = RECOVER_MAX - deliveries
      const offered = missed && room > 0 ? await offerMissed(deps, subscription, { since, room, dryRun }) : 0
      return reply.code(202).send({
        deliveries: deliveries + offered,
        more: deliveries + offered === RECOVER_MAX,
      })
    },
  )
}

interface Offered {
  /** Epoch ms. */
  readonly since: number
  readonly room: number
  readonly dryRun: boolean
}

async function offerMissed(
  { store, world }: ApiDeps,
  subscription: Subscription,
  { since, room, dryRun }: Offered,
): Promise<number> {
  const { id: subscriptionId } = subscription
  let offered = 0
  for await (const deliveries of missedDeliveries({ store, random: world.random }, subscription, since)) {
    offered += await store.offerDeliveries({ subscriptionId, deliveries, max: room - offered, dryRun })
    if (offered >= room) break
  }
  return offered
}

function registerRotateSecret({ server, deps, path, about }: Mount): void {
  server.post(
    `${path}/:id/actions/rotate-secret`,
    {
      schema: {
        summary: 'Give a webhook a new secret while the old one still holds',
        description:
          'Extension. For `overlapHours` `webhook-signature` lists a signature of each secret; `Qlik-Signature` has room for one and is of the new secret at once.',
        ...about('rotateWebhookSecret'),
        params: ById,
        body: Type.Object({
          secret: Type.String({ minLength: SECRET_MIN_CHARACTERS, maxLength: SECRET_MAX_CHARACTERS }),
          overlapHours: Type.Optional(
            Type.Integer({
              minimum: 0,
              maximum: OVERLAP_HOURS_MAX,
              description: `${OVERLAP_HOURS} by default`,
            }),
          ),
        }),
        response: { 200: Webhook, ...problems(400, 404, 413, 415) },
      },
    },
    async (request) => {
      const { params, body } = request
      const { secret, overlapHours = OVERLAP_HOURS } = body
      const after = await rotateSecret(deps, callerOf(request), params.id, secret, overlapHours)
      return webhookRecord(done(after))
    },
  )
}
