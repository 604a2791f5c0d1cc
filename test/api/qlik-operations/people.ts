/** Users, groups, roles, keys, OAuth clients and the tenant. */
import { generateKeyPairSync } from 'node:crypto'
import * as apiKeys from '@qlik/api/api-keys'
import * as csrfToken from '@qlik/api/csrf-token'
import * as groups from '@qlik/api/groups'
import * as idps from '@qlik/api/identity-providers'
import * as oauthClients from '@qlik/api/oauth-clients'
import * as roles from '@qlik/api/roles'
import * as tenants from '@qlik/api/tenants'
import * as users from '@qlik/api/users'
import { expect } from 'vitest'
import type { Scene } from './shown.ts'

export async function usersWork({ shown, options, acme }: Scene): Promise<void> {
  await shown.works('users.getMyUser', users.getMyUser(options), ({ data }) =>
    expect(data.id).toBe(acme.admin.user.id),
  )
  const { data: made } = await shown.works(
    'users.createUser',
    users.createUser(
      {
        subject: 'carla',
        name: 'Carla',
        email: 'carla@acme.example',
        assignedRoles: [{ name: 'Developer' }],
      },
      options,
    ),
    ({ data }) => expect(data).toMatchObject({ subject: 'carla', name: 'Carla' }),
  )
  const { id } = made
  const read = async () => (await users.getUser(id, {}, options)).data
  await shown.works('users.getUser', users.getUser(id, {}, options), ({ data }) => expect(data.id).toBe(id))
  await shown.works('users.getUsers', users.getUsers({ filter: 'subject eq "carla"' }, options), ({ data }) =>
    expect(data.data?.map((one) => one.id)).toEqual([id]),
  )
  await shown.works(
    'users.filterUsers',
    users.filterUsers({}, { filter: 'email eq "carla@acme.example"' }, options),
    ({ data }) => expect(data.data?.map((one) => one.id)).toEqual([id]),
  )
  await shown.works(
    'users.patchUser',
    users.patchUser(id, [{ op: 'replace', path: '/name', value: 'Clara' }], options),
    async () => expect((await read()).name).toBe('Clara'),
  )
  const total = (await users.countUsersWithoutQuery(options)).data.total
  await shown.works('users.countUsers', users.countUsers({}, options), ({ data }) =>
    expect(data.total).toBe(total),
  )
  await shown.works('users.deleteUser', users.deleteUser(id, options), async () =>
    expect((await users.getUsers({ filter: 'subject eq "carla"' }, options)).data.data).toEqual([]),
  )
  await shown.works('users.countUsersWithoutQuery', users.countUsersWithoutQuery(options), ({ data }) =>
    expect(data.total).toBe(total! - 1),
  )
  await shown.works(
    'users.inviteUsers',
    users.inviteUsers({ invitees: [{ email: 'dora@acme.example' }] } as never, options),
    async () =>
      expect(
        (await users.getUsers({ filter: 'email eq "dora@acme.example"' }, options)).data.data,
      ).toMatchObject([{ status: 'invited' }]),
  )
  await shown.works('tenants.getMyTenant', tenants.getMyTenant(options), ({ data }) =>
    expect(data.id).toBe(acme.tenant.id),
  )
  await shown.works('tenants.getTenant', tenants.getTenant(acme.tenant.id, options), ({ data }) =>
    expect(data.name).toBe('acme'),
  )
  await shown.works(
    'tenants.patchTenant',
    tenants.patchTenant(acme.tenant.id, [{ op: 'replace', path: '/name', value: 'Acme' }], options),
    async () => expect((await tenants.getMyTenant(options)).data.name).toBe('Acme'),
  )
}

export async function keysWork({ shown, options }: Scene): Promise<void> {
  const { data: key } = await shown.works(
    'api-keys.createApiKey',
    apiKeys.createApiKey({ description: 'ci', expiry: 'PT24H' }, options),
    async ({ data }) => {
      const withKey = { ...options, hostConfig: { ...options.hostConfig, apiKey: data.token } }
      expect((await users.getMyUser(withKey)).status).toBe(200)
    },
  )
  const { id } = key
  await shown.works('api-keys.getApiKey', apiKeys.getApiKey(id, options), ({ data }) =>
    expect(data.description).toBe('ci'),
  )
  await shown.works('api-keys.getApiKeys', apiKeys.getApiKeys({}, options), ({ data }) =>
    expect(data.data?.map((one) => one.id)).toContain(id),
  )
  await shown.works(
    'api-keys.patchApiKey',
    apiKeys.patchApiKey(id, [{ op: 'replace', path: '/description', value: 'nightly' }], options),
    async () => expect((await apiKeys.getApiKey(id, options)).data.description).toBe('nightly'),
  )
  await shown.works('api-keys.deleteApiKey', apiKeys.deleteApiKey(id, options), async () => {
    const withKey = { ...options, hostConfig: { ...options.hostConfig, apiKey: key.token } }
    await expect(users.getMyUser(withKey)).rejects.toMatchObject({ status: 401 })
  })
}

export async function keyRulesWork({ shown, options, acme }: Scene): Promise<void> {
  const { id } = acme.tenant
  await shown.works(
    'api-keys.patchApiKeysConfig',
    apiKeys.patchApiKeysConfig(
      id,
      [{ op: 'replace', path: '/max_keys_per_user', value: 7 }] as never,
      options,
    ),
    async () => expect((await apiKeys.getApiKeysConfig(id, options)).data.max_keys_per_user).toBe(7),
  )
  await shown.works('api-keys.getApiKeysConfig', apiKeys.getApiKeysConfig(id, options), ({ data }) =>
    expect(data.max_keys_per_user).toBe(7),
  )
}

export async function groupsWork({ shown, options }: Scene): Promise<void> {
  const { data: made } = await shown.works(
    'groups.createGroup',
    groups.createGroup({ name: 'analysts', status: 'active' }, options),
    ({ data }) => expect(data.name).toBe('analysts'),
  )
  const id = made.id!
  await shown.works('groups.getGroup', groups.getGroup(id, options), ({ data }) => expect(data.id).toBe(id))
  await shown.works(
    'groups.getGroups',
    groups.getGroups({ filter: 'name eq "analysts"' }, options),
    ({ data }) => expect(data.data?.map((one) => one.id)).toEqual([id]),
  )
  await shown.works(
    'groups.filterGroups',
    groups.filterGroups({}, { filter: 'name eq "analysts"' }, options),
    ({ data }) => expect(data.data?.map((one) => one.id)).toEqual([id]),
  )
  await shown.works(
    'groups.patchGroup',
    groups.patchGroup(
      id,
      [{ op: 'replace', path: '/assignedRoles', value: [{ name: 'TenantAdmin' }] }] as never,
      options,
    ),
    async () =>
      expect((await groups.getGroup(id, options)).data.assignedRoles?.map(({ name }) => name)).toEqual([
        'TenantAdmin',
      ]),
  )
  await shown.constant('groups.getGroupsSettings', groups.getGroupsSettings(options), ({ data }) =>
    expect(data.autoCreateGroups).toBe(false),
  )
  await shown.works('groups.deleteGroup', groups.deleteGroup(id, options), () =>
    expect(groups.getGroup(id, options)).rejects.toMatchObject({ status: 404 }),
  )
}

export async function rolesWork({ shown, options }: Scene): Promise<void> {
  await shown.constant('roles.getRoles', roles.getRoles({}, options), ({ data }) =>
    expect(data.data?.map(({ name }) => name)).toContain('TenantAdmin'),
  )
  const { data } = await roles.getRoles({ filter: 'name eq "Developer"' }, options)
  await shown.constant('roles.getRole', roles.getRole(data.data![0]!.id!, options), (answer) =>
    expect(answer.data.name).toBe('Developer'),
  )
}

export async function clientsWork({ shown, options }: Scene): Promise<void> {
  const { data: made } = await shown.works(
    'oauth-clients.createOAuthClient',
    oauthClients.createOAuthClient(
      { clientName: 'ci', appType: 'web', allowedGrantTypes: ['client_credentials'] } as never,
      options,
    ),
    ({ data }) => expect(data).toMatchObject({ clientName: 'ci', clientSecret: expect.any(String) }),
  )
  const id = made.clientId!
  const read = async () => (await oauthClients.getOAuthClient(id, options)).data
  await shown.works('oauth-clients.getOAuthClient', oauthClients.getOAuthClient(id, options), ({ data }) =>
    expect(data).toMatchObject({ clientName: 'ci' }),
  )
  await shown.works('oauth-clients.getOAuthClients', oauthClients.getOAuthClients({}, options), ({ data }) =>
    expect(JSON.stringify(data)).toContain(id),
  )
  await shown.works(
    'oauth-clients.patchOAuthClient',
    oauthClients.patchOAuthClient(
      id,
      [{ op: 'replace', path: '/clientName', value: 'deploy' }] as never,
      options,
    ),
    async () => expect(await read()).toMatchObject({ clientName: 'deploy' }),
  )
  const { data: secret } = await shown.works(
    'oauth-clients.createOAuthClientSecret',
    oauthClients.createOAuthClientSecret(id, options),
    ({ data }) => expect(data).toMatchObject({ clientSecret: expect.any(String) }),
  )
  const { hint } = secret as { hint?: string }
  await shown.works(
    'oauth-clients.deleteOAuthClientSecret',
    oauthClients.deleteOAuthClientSecret(id, hint!, options),
    async () => expect(JSON.stringify(await read())).not.toContain(hint),
  )
  await shown.works('oauth-clients.deleteOAuthClient', oauthClients.deleteOAuthClient(id, options), () =>
    expect(read()).rejects.toMatchObject({ status: 404 }),
  )
}

export async function csrfWorks({ shown, options }: Scene): Promise<void> {
  await shown.constant('csrf-token.getCsrfToken', csrfToken.getCsrfToken(options), ({ status }) =>
    expect(status).toBe(204),
  )
}

const PEM = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
  type: 'spki',
  format: 'pem',
})

export async function providersWork({ shown, options }: Scene): Promise<void> {
  const pem = String(PEM)
  const issuer = 'https://portal.example.com'
  const { data: made } = await shown.works(
    'identity-providers.createIdp',
    idps.createIdp(
      {
        protocol: 'jwtAuth',
        provider: 'external',
        description: 'Portal',
        options: { issuer, staticKeys: [{ kid: 'one', pem }] },
      },
      options,
    ),
    ({ data, status }) => {
      expect(status).toBe(201)
      expect(data).toMatchObject({
        active: true,
        protocol: 'jwtAuth',
        provider: 'external',
        interactive: false,
        description: 'Portal',
        options: { issuer, staticKeys: [{ kid: 'one', pem }] },
      })
    },
  )
  const id = made.id!
  await shown.works(
    'identity-providers.patchIdp',
    idps.patchIdp(id, [{ op: 'replace', path: '/description', value: 'Gate' }], options),
    async () => expect((await idps.getIdp(id, options)).data.description).toBe('Gate'),
  )
  await signInThere({ options })
  await shown.works('identity-providers.getIdpStatuses', idps.getIdpStatuses(options), ({ data }) =>
    expect(data).toEqual({
      active_interactive_idps_count: 1,
      idps_metadata: expect.arrayContaining([
        { active: true, interactive: false, provider: 'external' },
        { active: true, interactive: true, provider: 'generic' },
      ]),
    }),
  )
  await shown.constant('identity-providers.getMyIdpMeta', idps.getMyIdpMeta(options), ({ data }) =>
    expect(data).toEqual({}),
  )
  await shown.constant(
    'identity-providers.getIdpWellKnownMetaData',
    idps.getIdpWellKnownMetaData(options),
    ({ data }) => expect(data).toMatchObject({ grant_types_supported: ['client_credentials'] }),
  )
  await shown.works('identity-providers.getIdps', idps.getIdps({}, options), ({ data }) =>
    expect(data.data?.map((one) => one.id)).toContain(id),
  )
  await shown.works('identity-providers.getIdp', idps.getIdp(id, options), ({ data }) =>
    expect(data).toMatchObject({ id }),
  )
  await shown.works('identity-providers.deleteIdp', idps.deleteIdp(id, options), () =>
    expect(idps.getIdp(id, options)).rejects.toMatchObject({ status: 404 }),
  )
}

/** Written as pending, looked at, and promoted. */
async function signInThere({ options }: Pick<Scene, 'options'>): Promise<void> {
  const pendingOptions = {
    discoveryUrl: 'https://id.example.com/.well-known/openid-configuration',
    clientId: 'ours',
    clientSecret: 'a secret',
    claimsMapping: { sub: ['/sub'], groups: ['/roles'] },
  }
  const { data } = await idps.createIdp(
    { protocol: 'OIDC', provider: 'generic', interactive: true, description: 'Company', pendingOptions },
    options,
  )
  expect(data).toMatchObject({ active: false, protocol: 'OIDC', interactive: true })
  expect(JSON.stringify(data)).not.toContain('a secret')
  const { clientSecret: _kept, claimsMapping, ...shown } = pendingOptions
  await idps.patchIdp(data.id!, [{ op: 'promote-options' }], options)
  const { data: now } = await idps.getIdp(data.id!, options)
  expect(now).toMatchObject({ active: true, options: { ...shown, claimsMapping } })
}
