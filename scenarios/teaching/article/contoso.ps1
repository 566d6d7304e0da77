# Both virtual directories must have WSSecurity authentication.
Get-ClientAccessServer | Get-WebServicesVirtualDirectory | select *auth*
Get-ClientAccessServer | Get-AutodiscoverVirtualDirectory | select *auth*
Get-ClientAccessServer | Get-AutodiscoverVirtualDirectory | Set-AutodiscoverVirtualDirectory -WSSecurityAuthentication $true
iisreset

# A self-signed certificate with a subject key identifier of its own.
$ski = [System.Guid]::NewGuid().ToString("N")
New-ExchangeCertificate -FriendlyName "Exchange Federated Sharing" -DomainName "contoso.com" -Services Federation -KeySize 2048 -PrivateKeyExportable $true -SubjectKeyIdentifier $ski
Get-ExchangeCertificate | ?{$_.friendlyname -eq "Exchange Federated Sharing"} | New-FederationTrust -Name "Microsoft Federation Gateway"

# The proof of the domain, for its TXT record.
Get-FederatedDomainProof -DomainName contoso.com
$proof = Get-FederatedDomainProof -DomainName contoso.com
Add-DnsServerResourceRecord -ZoneName contoso.com -Name "@" -Txt -DescriptiveText $proof.Proof

Get-FederatedOrganizationIdentifier
Get-FederationInformation -DomainName contoso.com

Set-FederatedOrganizationIdentifier -Enabled $true -DefaultDomain contoso.com -AccountNamespace contoso.com -DelegationFederationTrust "Microsoft Federation Gateway"
Get-FederatedOrganizationIdentifier

# The server answers by what Active Directory has brought it, half a minute later.
Start-Sleep -Seconds 30
Get-FederationInformation -DomainName contoso.com
Test-FederationTrust -UserIdentity alice@contoso.com -Verbose
