/**
 * The history of what was sent to a webhook, and sending it again (contract 04, sections 5.3 and 5.4). What
 * users see as a delivery is one send.
 */

import { Type } from 'typebox'
import { defined } from '../../core/defined.ts'
import type { SendId } from '../../core/ids.ts'
import { resend } from '../../delivery/resend.ts'
import type { SendQuery } from '../../store/port/lists.ts'
import { type PageRules, pageLinks, pageParameters, pageSchema, readPage } from '../http/page.ts'
import { problems, refuse } from '../http/problem.ts'
import { ById, findSubscription, type Mount } from './webhook-mount.ts'
import { DeliveryRecord, deliveryRecord, SEND_STATUSES } from './webhook-wire.ts'

const PAGES: PageRules<SendQuery['sort']['field']> = {
  fields: ['triggeredAt', 'status'],
  defaultSort: { field: 'triggeredAt', descending: true },
  defaultLimit: 20,
  maxLimit: 100,
}

const ByDelivery = Type.Object({ id: Type.String(), deliveryId: Type.String() })

export function registerDeliveries(mount: Mount): void {
  registerHistory(mount)
  registerResend(mount)
}

function registerHistory({ server, deps, path, about }: Mount): void {
  server.get(
    `${path}/:id/deliveries`,
    {
      schema: {
        summary: 'List what was sent to a webhook',
        ...about('getWebhookDeliveries'),
        params: ById,
        querystring: Type.Object({
          ...pageParameters(PAGES),
          status: Type.Optional(Type.Enum(SEND_STATUSES)),
          eventType: Type.Optional(Type.String()),
        }),
        response: {
          200: pageSchema('WebhookDeliveries', DeliveryRecord),
          ...problems(400, 404),
        },
      },
    },
    async (request) => {
      const { status, eventType } = request.query
      const { id } = await findSubscription(deps, request)
      const page = readPage(deps, request, request.query, PAGES, { id, status, eventType })
      const listed = await deps.store.sends({
        subscriptionId: id,
        ...defined({ status, eventType }),
        sort: page.sort,
        page: page.page,
      })
      return {
        data: listed.rows.map(deliveryRecord),
        links: pageLinks(deps, request, page, listed, (send) => ({
          value: send[page.sort.field],
          id: send.id,
        })),
      }
    },
  )
  server.get(
    `${path}/:id/deliveries/:deliveryId`,
    {
      schema: {
        summary: 'Get one delivery',
        ...about('getWebhookDelivery'),
        params: ByDelivery,
        response: { 200: DeliveryRecord, ...problems(404) },
      },
    },
    async (request) => {
      const { id } = await findSubscription(deps, request)
      const send = await deps.store.send(id, request.params.deliveryId as SendId)
      if (send === undefined) throw unknownDelivery()
      return deliveryRecord(send)
    },
  )
}

function registerResend({ server, deps, path, about }: Mount): void {
  server.post(
    `${path}/:id/deliveries/:deliveryId/actions/resend`,
    {
      schema: {
        summary: 'Send a delivery again, now',
        description:
          'The same event to the present address; answers its new record, also when the send failed.',
        ...about('resendWebhookDelivery'),
        params: ByDelivery,
        response: { 201: DeliveryRecord, ...problems(404) },
      },
    },
    async (request, reply) => {
      const { tenantId, id } = await findSubscription(deps, request)
      const { store, channel, limits, world } = deps
      const parts = { store, channel, limits, ...world }
      const send = await resend(parts, tenantId, id, request.params.deliveryId as SendId)
      if (send === undefined) throw unknownDelivery()
      return reply.code(201).send(deliveryRecord(send))
    },
  )
}

function unknownDelivery(): Error {
  return refuse('notFound', {
    detail: 'there is no such delivery, or it is out of the history',
    parameter: 'deliveryId',
  })
}
