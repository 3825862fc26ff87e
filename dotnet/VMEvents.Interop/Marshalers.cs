namespace VMEvents.Interop
{
    internal static class Marshalers
    {
        /// <summary>
        /// Makes an <c>IEnumerator</c> of an <c>IEnumVARIANT</c>. It is named by a string since .NET Standard does not
        /// have it; the frameworks below do.
        /// </summary>
        internal const string Enumerator = "System.Runtime.InteropServices.CustomMarshalers.EnumeratorToEnumVariantMarshaler,"
            + " CustomMarshalers, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b03f5f7f11d50a3a";
    }
}
